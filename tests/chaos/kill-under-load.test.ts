import { randomInt, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { connectNats, type NatsLink } from '#adapters/nats/index.ts'
import { requestJson } from '../../infra/local/http-json.ts'
import type { Stack } from '../../infra/local/local-stack.ts'
import type { ChildName } from '../../infra/local/stack-file.ts'
import { quiet } from '../helpers/log-fixture.ts'
import { type OrderJournal, startOrderJournal } from '../helpers/order-journal.ts'
import { registerTrader, testStack } from '../helpers/stack.ts'
import { until } from '../helpers/until.ts'
import { verifyVenue } from '../helpers/verify-venue.ts'

/** Rounds over all victims; a night's run sets more. */
const ROUNDS = Number(process.env['TE_TEST_CHAOS_ROUNDS'] ?? 1)
/** Without these no order passes; the load must flow again after each. */
const VICTIMS: readonly ChildName[] = [
  'matching',
  'gateway',
  'nats',
  'postgres',
  'connector',
  'faas',
  'redis',
  'feed',
]

/** An instrument of this test alone: no other test's price or limit is in the way. */
async function listInstrument(stack: Stack): Promise<string> {
  const symbol = `C${randomInt(10 ** 9)}-USD`
  const authorization = `Bearer ${stack.adminToken}`
  const url = `${stack.urls.gateway}/v1/admin/instruments`
  const body = {
    symbol,
    kind: 'Spot',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 8,
    quoteScale: 10,
    tickSize: '0.01',
    lotSize: '0.00000001',
    minQty: '0.001',
    maxQty: '1000',
    minNotional: '0.01',
    maxNotional: '1000000',
    makerFeePpm: 1000,
    takerFeePpm: 2000,
    maxOpenOrders: 100_000,
    tradingState: 'PreOpen',
  }
  await requestJson({ method: 'POST', url, body, authorization })
  const state = { tradingState: 'Open' }
  await requestJson({ method: 'PUT', url: `${url}/${symbol}/state`, body: state, authorization })
  return symbol
}

async function startLoad(stack: Stack): Promise<OrderJournal> {
  const symbol = await listInstrument(stack)
  const deposits = { USD: '1000000', BTC: '1000' }
  const traders = [
    await registerTrader(stack, { deposits }),
    await registerTrader(stack, { deposits }),
  ]
  return startOrderJournal(traders, symbol, 250)
}

async function goesOn(journal: OrderJournal, what: string): Promise<void> {
  const before = journal.acceptedCount()
  await until(`orders are accepted ${what}`, () => journal.acceptedCount() >= before + 20, 45_000)
}

/** Lets a fault happen while orders flow, then proves that nothing was lost or invented. */
async function underLoad(
  t: ExecutionContext,
  fault: (stack: Stack, journal: OrderJournal) => Promise<void>,
): Promise<void> {
  const stack = testStack()
  await using link = await connectNats({ url: stack.urls.nats, name: 'chaos', log: quiet })
  const journal = await startLoad(stack)
  try {
    await goesOn(journal, 'at the start')
    await fault(stack, journal)
  } finally {
    await journal.stop()
  }
  await settled(t, link, stack, journal)
}

async function settled(
  t: ExecutionContext,
  link: NatsLink,
  stack: Stack,
  journal: OrderJournal,
): Promise<void> {
  const found = await verifyVenue(link, stack.urls.pg, journal.outcomes)
  const { batches, trades, ...problems } = found
  t.deepEqual(problems, {
    differentBatches: [],
    lostOrRepeated: [],
    historyDiffers: [],
    tradesDiffer: [],
    ledgerSums: [],
    balancesDiffer: [],
  })
  const counts = { accepted: 0, refused: 0, unknown: 0 }
  for (const outcome of journal.outcomes.values()) counts[outcome]++
  t.log(`${JSON.stringify(counts)}; ${batches} batches, ${trades} trades in the log`)
}

test.serial(
  'F1 F2 F3 F4 F22: kill -9 of each part under load loses no order and no cent',
  async (t) => {
    t.timeout(170_000)
    await underLoad(t, async (stack, journal) => {
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of VICTIMS) {
          stack.kill(name, 'SIGKILL')
          await goesOn(journal, `after kill -9 of ${name}`)
          await stack.waitReady(name, 45_000)
        }
      }
    })
  },
)

test.serial('F22: kill -9 of a function under load has its effects exactly once', async (t) => {
  t.timeout(120_000)
  await underLoad(t, async (stack, journal) => {
    for (const name of ['ledger', 'orders']) {
      const pids = functionProcesses(stack, name)
      t.is(pids.length, 1, `${name} runs`)
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      await goesOn(journal, `after kill -9 of the function ${name}`)
    }
  })
})

test.serial('a frozen matching, NATS or PostgreSQL is survived', async (t) => {
  t.timeout(120_000)
  await underLoad(t, async (stack, journal) => {
    for (const name of ['matching', 'nats', 'postgres'] as const) {
      await goesOn(journal, `before ${name} freezes`)
      stack.pause(name)
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      stack.resume(name)
      await goesOn(journal, `after ${name} thawed`)
    }
  })
})

/** Ids of the function host's children that run a function, by their environment. */
function functionProcesses(stack: Stack, name: string): number[] {
  const host = stack.pid('faas')
  const found: number[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    try {
      const parent = / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '')
      if (Number(parent?.[1]) !== host) continue
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      if (environment.split('\0').includes(`FN=${name}`)) found.push(pid)
    } catch {
      // It ended while we looked.
    }
  }
  return found
}

test.serial('F2: an order repeated under its clOrdID is executed once', async (t) => {
  const stack = testStack()
  const trader = await registerTrader(stack, { deposits: { USD: '1000' } })
  const order = {
    symbol: await listInstrument(stack),
    side: 'Buy',
    ordType: 'Limit',
    price: '100.00',
    orderQty: '0.5',
    clOrdID: randomUUID(),
  }
  await trader.call('POST', '/v1/orders', order)
  const error = await t.throwsAsync<Error & { body: string }>(
    trader.call('POST', '/v1/orders', order),
  )
  t.true(error?.body.includes('TE_REJECT_DUPLICATE_CL_ORD_ID'))
})
