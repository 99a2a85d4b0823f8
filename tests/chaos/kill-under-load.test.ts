import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { connectNats, type NatsLink } from '#adapters/nats/index.ts'
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

async function tradingVenue(stack: Stack) {
  const deposits = { USD: '1000000', BTC: '1000' }
  const traders = [
    await registerTrader(stack, { deposits }),
    await registerTrader(stack, { deposits }),
  ]
  return startOrderJournal(traders, 'BTC-USD', 250)
}

async function goesOn(journal: OrderJournal, what: string): Promise<void> {
  const before = journal.acceptedCount()
  await until(`orders are accepted ${what}`, () => journal.acceptedCount() >= before + 20, 45_000)
}

async function settled(
  t: { deepEqual: (a: unknown, b: unknown) => void; log: (s: string) => void },
  link: NatsLink,
  stack: Stack,
  journal: OrderJournal,
) {
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
    const stack = testStack()
    await using link = await connectNats({ url: stack.urls.nats, name: 'chaos', log: quiet })
    const journal = await tradingVenue(stack)
    try {
      await goesOn(journal, 'at the start')
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of VICTIMS) {
          stack.kill(name, 'SIGKILL')
          await goesOn(journal, `after kill -9 of ${name}`)
          await stack.waitReady(name, 45_000)
        }
      }
    } finally {
      await journal.stop()
    }
    await settled(t, link, stack, journal)
  },
)

test.serial('F22: kill -9 of a function under load has its effects exactly once', async (t) => {
  t.timeout(120_000)
  const stack = testStack()
  await using link = await connectNats({ url: stack.urls.nats, name: 'chaos', log: quiet })
  const journal = await tradingVenue(stack)
  try {
    await goesOn(journal, 'at the start')
    for (const name of ['ledger', 'orders']) {
      const pids = functionProcesses(stack, name)
      t.true(pids.length > 0, `${name} runs`)
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      await goesOn(journal, `after kill -9 of the function ${name}`)
    }
  } finally {
    await journal.stop()
  }
  await settled(t, link, stack, journal)
})

test.serial('F7 F11: a frozen matching, NATS or PostgreSQL is survived', async (t) => {
  t.timeout(120_000)
  const stack = testStack()
  await using link = await connectNats({ url: stack.urls.nats, name: 'chaos', log: quiet })
  const journal = await tradingVenue(stack)
  try {
    for (const name of ['matching', 'nats', 'postgres'] as const) {
      await goesOn(journal, `before ${name} freezes`)
      stack.pause(name)
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      stack.resume(name)
      await goesOn(journal, `after ${name} thawed`)
    }
  } finally {
    await journal.stop()
  }
  await settled(t, link, stack, journal)
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
      if (environment.split('\0').includes(`OPENFAAS_NAME=${name}`)) found.push(pid)
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
    symbol: 'BTC-USD',
    side: 'Buy',
    ordType: 'Limit',
    price: '1.00',
    orderQty: '0.5',
    clOrdID: randomUUID(),
  }
  await trader.call('POST', '/v1/orders', order)
  const error = await t.throwsAsync<Error & { body: string }>(
    trader.call('POST', '/v1/orders', order),
  )
  t.true(error?.body.includes('TE_REJECT_DUPLICATE_CL_ORD_ID'))
})
