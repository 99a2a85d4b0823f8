// What the engine may rely on in the commands that travel as JSON: every field is there and of its
// kind. Whatever else stands in a record is malformed, and stops nothing.

import test from 'ava'
import { fromJson, toJson } from '#contracts/binary-fields.ts'
import { decodeCommandBatch, encodeCommandBatch } from '#contracts/command-codec.ts'
import type { AdminCommand, Command, OrderTerms } from '#domain/command.ts'
import { isAdminCommand } from '../../../runtime/matching/journal/admin-shape.ts'
import { createBatchApplier } from '../../../runtime/matching/journal/batch-applier.ts'
import { seededRandom } from '../../helpers/tiny-venue.ts'

const common = { account: 1_000, traceId: '0'.repeat(32) }
const venue = { ...common, account: 0 }
const terms: OrderTerms = {
  instrumentId: 1,
  clOrdID: 'c1',
  side: 'Buy',
  ordType: 'TrailingStop',
  timeInForce: 'GTD',
  stpMode: null,
  postOnly: false,
  reduceOnly: true,
  price: 0,
  orderQty: 5,
  quoteAmount: 0n,
  stopPx: 0,
  displayQty: 2,
  expireTimeNs: 1_700_000_000_000_000_001n,
  trailingOffset: 4_294_967_295,
  trailingOffsetUnit: 'Ppm',
}
const guard = { bandPpm: 10_000, action: 'Auction' } as const
const listing: AdminCommand = {
  type: 'ListInstrument',
  ...venue,
  symbol: 'BTC-USD',
  kind: 'LinearPerpetual',
  baseAsset: 'BTC',
  quoteAsset: 'USD',
  baseScale: 4,
  quoteScale: 6,
  tickSize: '0.01',
  lotSize: '0.0001',
  minQty: 1,
  maxQty: 1_000,
  minNotional: 0n,
  maxNotional: 10n ** 15n,
  priceBandPpm: 0,
  makerFeePpm: -1,
  takerFeePpm: 1,
  initialMarginPpm: 100_000,
  maintenanceMarginPpm: 50_000,
  maxPosition: 0,
  maxOpenOrders: 0,
  allowedStpModes: ['None'],
  defaultStpMode: 'None',
  tradingState: 'Open',
  volatilityGuard: guard,
}
const COMMANDS: readonly AdminCommand[] = [
  listing,
  {
    type: 'CancelReplace',
    ...common,
    mode: 'AllowFailure',
    orderID: 0,
    origClOrdID: 'c0',
    order: terms,
  },
  { type: 'NewOrderList', ...common, contingencyType: 'Bracket', orders: [terms, terms, terms] },
  { type: 'SetDeadMan', ...common, timeoutMs: 5_000 },
  { type: 'SetMark', ...venue, instrumentId: 1, price: 7 },
  { type: 'Liquidate', ...common },
  { type: 'MassCancel', ...common, instrumentId: 0, side: null, clOrdID: '' },
  { type: 'OpenAccount', ...common },
  { type: 'Credit', ...common, asset: 'USD', amount: 2n ** 62n, transferId: 't1' },
  {
    type: 'SetLimits',
    ...common,
    maxOpenOrders: null,
    maxPosition: { instrumentId: 1, lots: 5 },
    maxOrdersPerSecond: 9,
  },
  { type: 'SetFeeTier', ...common, makerFeePpm: null, takerFeePpm: 3 },
  { type: 'SetKillSwitch', ...venue, engaged: false },
  {
    type: 'AmendInstrument',
    ...venue,
    instrumentId: 1,
    priceBandPpm: null,
    makerFeePpm: null,
    takerFeePpm: null,
    maxOpenOrders: null,
    maxPosition: null,
    initialMarginPpm: 200_000,
    maintenanceMarginPpm: null,
    volatilityGuard: null,
  },
  { type: 'SetTradingState', ...venue, instrumentId: 1, tradingState: 'Auction' },
  { type: 'Clock', ...venue },
  { type: 'HashState', ...venue },
]

test('every command that travels as JSON comes through the log as it was', (t) => {
  const from = { source: 7, sourceSeq: 9 }
  t.deepEqual(decodeCommandBatch(encodeCommandBatch(from, COMMANDS)), {
    ...from,
    commands: [...COMMANDS],
  })
  for (const command of COMMANDS) t.true(isAdminCommand(command), command.type)
})

test('a new order comes through the log with its trigger, tranche, end and distance', (t) => {
  const command: Command = { type: 'NewOrder', ...common, ...terms }
  const batch = encodeCommandBatch({ source: 1, sourceSeq: 1 }, [command])
  t.deepEqual(decodeCommandBatch(batch).commands, [command])
})

test('a command that lacks any of its fields is none', (t) => {
  for (const command of COMMANDS) {
    for (const field of Object.keys(command)) {
      const { [field]: _gone, ...rest } = command as unknown as Record<string, unknown>
      const isAmended = command.type === 'AmendInstrument' && MARGINS.includes(field)
      const isOptional = OPTIONAL.includes(field) || isAmended
      t.is(isAdminCommand(rest), isOptional, `${command.type} without ${field}`)
    }
  }
})

const OPTIONAL = ['volatilityGuard', 'maxOrdersPerSecond']
const MARGINS = ['initialMarginPpm', 'maintenanceMarginPpm']

const ODD: readonly unknown[] = [
  null,
  -1,
  1.5,
  2 ** 53,
  1e300,
  '',
  'x'.repeat(99),
  'Buy',
  true,
  [],
  {},
  10n ** 30n,
  { $n: '1e5' },
  [null],
  { bandPpm: null },
]

test('F15: records with any value anywhere are obeyed, refused or malformed, and stop nothing', (t) => {
  const random = seededRandom(15)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const applier = createBatchApplier()
  for (let round = 0; round < 4_000; round++) {
    const command = fromJson(toJson(pick(COMMANDS))) as Record<string, unknown>
    for (let change = 0; change < 1 + (round % 3); change++) twist(command, pick, random)
    const seq = applier.seq() + 1
    const data = encodeCommandBatch({ source: 1, sourceSeq: seq }, [command as never])
    const { bytes } = applier.apply(seq, BigInt(seq) * 1_000_000n, data).parts[0]
    t.true(bytes.length >= 32)
  }
  applier.engine.checkInvariants()
})

/** Puts something odd in the place of one field, here or deeper. */
function twist(
  target: Record<string, unknown>,
  pick: <T>(list: readonly T[]) => T,
  random: () => number,
): void {
  const field = pick(Object.keys(target))
  const value = target[field]
  const inner = Array.isArray(value) ? value[0] : value
  if (typeof inner === 'object' && inner !== null && random() < 0.7) {
    return twist(inner as Record<string, unknown>, pick, random)
  }
  // The account stands in the record's head, too, as a number.
  if (field === 'account') target[field] = pick([-1, 1.5, 2 ** 53, 0, 4_294_967_295])
  else if (field !== 'type') target[field] = structuredClone(pick(ODD))
}
