// A mass cancel whose events are more than one message holds, through the whole venue at the size of
// the log: the gateway answers it, every function writes it, feed and ledger agree with the engine.

import { randomInt, randomUUID } from 'node:crypto'
import test from 'ava'
import {
  connectNats,
  createLogPublisher,
  messageOfBatch,
  type NatsLink,
} from '#adapters/nats/index.ts'
import { createPostgres } from '#adapters/postgres/index.ts'
import { BATCH_COMMANDS_MAX } from '#contracts/batch-layout.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { commandStream, commandSubject } from '#contracts/subjects.ts'
import type { Command } from '#domain/command.ts'
import { requestJson } from '../../infra/local/http-json.ts'
import type { Stack } from '../../infra/local/local-stack.ts'
import { quiet } from '../helpers/log-fixture.ts'
import { PLAIN } from '../helpers/plain-order.ts'
import { registerTrader, testStack } from '../helpers/stack.ts'
import { until } from '../helpers/until.ts'
import { verifyVenue } from '../helpers/verify-venue.ts'

/** 240 bytes each when they are canceled: 4.8 MB, two parts. */
const ORDERS = 20_000

async function listInstrument(stack: Stack): Promise<{ symbol: string; instrumentId: number }> {
  const symbol = `P${randomInt(10 ** 9)}-USD`
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
    makerFeePpm: 0,
    takerFeePpm: 0,
    maxOpenOrders: ORDERS,
  }
  await requestJson({
    method: 'POST',
    url: `${stack.urls.gateway}/v1/admin/instruments`,
    body,
    authorization: `Bearer ${stack.adminToken}`,
  })
  await using db = createPostgres({ url: stack.urls.pg, max: 1 })
  const instrumentId = await until('the instrument is known', async () => {
    const { rows } = await db.query<{ id: number }>(
      'SELECT instrument_id AS id FROM instrument WHERE symbol = $1',
      [symbol],
    )
    return rows[0]?.id
  })
  return { symbol, instrumentId }
}

/** As another gateway would: the API's rate limits are not what this is about. */
async function placeOrders(link: NatsLink, account: number, instrumentId: number): Promise<void> {
  const target = { stream: commandStream(0), subject: commandSubject(0) }
  await using gateway = createLogPublisher(link, { ...target, inFlightMax: 4 })
  const source = randomInt(2 ** 31)
  for (let done = 0; done < ORDERS; done += BATCH_COMMANDS_MAX) {
    const count = Math.min(BATCH_COMMANDS_MAX, ORDERS - done)
    const commands = Array.from(
      { length: count },
      (_, i): Command => ({
        type: 'NewOrder',
        ...PLAIN,
        account,
        traceId: randomUUID().replaceAll('-', ''),
        instrumentId,
        clOrdID: `parts-${done + i}`,
        side: 'Buy',
        ordType: 'Limit',
        timeInForce: 'GTC',
        price: 1_000 + (i % 100),
        orderQty: 100_000,
      }),
    )
    const data = encodeCommandBatch({ source, sourceSeq: done + 1 }, commands)
    await gateway.publish(data, { msgId: `${source}:${done}` })
  }
}

test.serial(
  'V1 V2 V3: a mass cancel in two parts is answered once, and all tables agree',
  async (t) => {
    t.timeout(170_000)
    const stack = testStack()
    await using link = await connectNats({ url: stack.urls.nats, name: 'parts', log: quiet })
    const { symbol, instrumentId } = await listInstrument(stack)
    const trader = await registerTrader(stack, { deposits: { USD: '100000' } })
    await placeOrders(link, trader.accountId, instrumentId)
    interface Canceled {
      canceledCount: number
      orderIDs: number[]
      seq: number
    }
    const answer = await trader.call<Canceled>('DELETE', `/v1/orders?symbol=${symbol}`)
    t.is(answer.canceledCount, ORDERS)
    t.is(new Set(answer.orderIDs).size, ORDERS)
    const [first, next] = await Promise.all([
      messageOfBatch(link, 0, answer.seq),
      messageOfBatch(link, 0, answer.seq + 1),
    ])
    t.is(next - first, 2, 'the events of the mass cancel are two messages')
    const open = `/v1/orders?status=open&symbol=${symbol}&minSeq=${answer.seq}`
    const listed = await until('the history has it', () =>
      trader.call<{ orders: unknown[] }>('GET', open).catch(() => undefined),
    )
    t.deepEqual(listed.orders, [])
    const problems = await verifyVenue(link, stack.urls.pg, new Map())
    for (const [what, found] of Object.entries(problems)) {
      if (Array.isArray(found)) t.deepEqual(found.slice(0, 5), [], what)
    }
  },
)
