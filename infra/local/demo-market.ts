/** What the demo market is made of: instruments, and who trades on them with how much money. */

/** Body of POST /v1/admin/instruments. */
export interface DemoInstrument {
  symbol: string
  [field: string]: unknown
}

// Scales are chosen so that tick x lot is a whole number of the quote asset's minor units:
// 0.01 USD x 0.00000001 = 10^-10 USD; 0.00001 BTC x 0.001 = 10^-8 BTC.
const USD = { quoteAsset: 'USD', quoteScale: 10, tickSize: '0.01', lotSize: '0.00000001' }
const COMMON = { kind: 'Spot', priceBandPpm: 200_000, makerFeePpm: 1000, takerFeePpm: 2000 }

export const DEMO_INSTRUMENTS: readonly DemoInstrument[] = [
  {
    symbol: 'BTC-USD',
    baseAsset: 'BTC',
    baseScale: 8,
    ...USD,
    minQty: '0.00001',
    maxQty: '1000',
    minNotional: '1',
    maxNotional: '100000000',
    ...COMMON,
  },
  {
    symbol: 'ETH-USD',
    baseAsset: 'ETH',
    baseScale: 8,
    ...USD,
    minQty: '0.0001',
    maxQty: '10000',
    minNotional: '1',
    maxNotional: '100000000',
    ...COMMON,
  },
  {
    symbol: 'ETH-BTC',
    baseAsset: 'ETH',
    quoteAsset: 'BTC',
    baseScale: 8,
    quoteScale: 8,
    tickSize: '0.00001',
    lotSize: '0.001',
    minQty: '0.001',
    maxQty: '10000',
    minNotional: '0.0001',
    maxNotional: '1000',
    ...COMMON,
  },
]

/** A user of the demo: its name in `demo.json`, and its first money by asset. */
export interface DemoUser {
  name: string
  deposits: Record<string, string>
}

/** The one that the operator is given. */
export const DEMO_TRADER: DemoUser = {
  name: 'demo',
  deposits: { USD: '100000', BTC: '2', ETH: '20' },
}

/** One market's bots. The maker's inventory sets its price, so it gets exactly `targetBase`. */
export interface DemoBots {
  symbol: string
  startPrice: string
  quoteQty: string
  targetBase: string
  maker: DemoUser
  takers: DemoUser[]
}

export const DEMO_BOTS: readonly DemoBots[] = [
  bots('BTC-USD', '65000', '0.05', { BTC: '50', USD: '5000000' }, { BTC: '5', USD: '400000' }),
  bots('ETH-USD', '3200', '0.8', { ETH: '900', USD: '5000000' }, { ETH: '90', USD: '400000' }),
  bots('ETH-BTC', '0.0492', '0.8', { ETH: '900', BTC: '60' }, { ETH: '90', BTC: '6' }),
]

function bots(
  symbol: string,
  startPrice: string,
  quoteQty: string,
  makerMoney: Record<string, string>,
  takerMoney: Record<string, string>,
): DemoBots {
  const name = symbol.toLowerCase()
  const [base = ''] = symbol.split('-')
  return {
    symbol,
    startPrice,
    quoteQty,
    targetBase: makerMoney[base] ?? '0',
    maker: { name: `maker.${name}`, deposits: makerMoney },
    takers: [1, 2].map((n) => ({ name: `taker${n}.${name}`, deposits: takerMoney })),
  }
}
