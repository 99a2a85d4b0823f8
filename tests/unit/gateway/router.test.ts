import test from 'ava'
import type { ProjectedBatch } from '#adapters/postgres/index.ts'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import type { EngineEvent } from '#domain/event.ts'
import { createCatalogue } from '../../../runtime/gateway/catalogue.ts'
import { createEventRouter } from '../../../runtime/gateway/events/router.ts'
import { createPrivateHub } from '../../../runtime/gateway/socket/private-streams.ts'
import { balance, listed, parts, report } from '../../helpers/events.ts'

function setUp() {
  const catalogue = createCatalogue()
  const streams = createPrivateHub(catalogue)
  const router = createEventRouter({
    pipeline: { takeOwn: () => undefined },
    catalogue,
    streams,
  })
  let seq = 0
  const take = (...events: EngineEvent[]) => {
    seq++
    router.take(seq, encodeEventBatch({ source: 1, sourceSeq: seq, seq, timestampNs: 1n, events }))
  }
  return { catalogue, streams, router, take }
}

function follower() {
  const got: Record<string, unknown>[] = []
  return {
    got,
    send: (frame: string | Uint8Array) =>
      void got.push(JSON.parse(String(frame)) as Record<string, unknown>),
    bufferedBytes: () => 0,
  }
}

test('an instrument is known from its event on', (t) => {
  const { catalogue, take } = setUp()
  t.throws(() => catalogue.bySymbol('BTC-USD'), { code: 'TE_NOT_FOUND_INSTRUMENT' })
  take(listed())
  t.is(catalogue.bySymbol('BTC-USD').instrument.symbol, 'BTC-USD')
  t.is(catalogue.assetByName('USD')?.scale, 10)
})

test("the instrument of one's own open order is known until it ends", (t) => {
  const { router, take } = setUp()
  take(report({ orderID: 5 }))
  t.is(router.instrumentOf(5, 1000), 1)
  t.is(router.instrumentOf(5, 1001), undefined)
  take(report({ orderID: 5, execType: 'Canceled', ordStatus: 'Canceled', leavesQty: 0 }))
  t.is(router.instrumentOf(5, 1000), undefined)
})

test("a refused request about somebody's order does not make it unknown", (t) => {
  const { router, take } = setUp()
  take(report({ orderID: 5, account: 1000 }))
  take(
    report({
      orderID: 5,
      account: 1001,
      execType: 'Rejected',
      ordStatus: 'Rejected',
      rejectReason: 'UnknownOrder',
    }),
  )
  t.is(router.instrumentOf(5, 1000), 1)
})

test('the last sequence of an account is that of its last event', (t) => {
  const { router, take } = setUp()
  take(report({ account: 1000 }))
  take(report({ account: 1001 }), balance({ account: 1002 }))
  t.deepEqual(
    [1000, 1001, 1002, 1003].map((account) => router.lastSeqOf(account)),
    [1, 2, 2, 0],
  )
})

test('private messages go to the followers of their account and channel alone', (t) => {
  const { streams, take } = setUp()
  const [mine, others, money] = [follower(), follower(), follower()]
  streams.follow(1000, 'orders', mine)
  streams.follow(1001, 'orders', others)
  streams.follow(1000, 'balances', money)
  take(listed(), report({ account: 1000, orderID: 5 }), balance({ account: 1000, assetId: 1 }))
  t.deepEqual(
    [mine, others, money].map(({ got }) => got.map(({ type }) => type)),
    [['executionReport'], [], ['balance']],
  )
  t.like(mine.got[0]?.['report'], { orderID: 5, symbol: 'BTC-USD', price: '1', tradeID: null })
})

test('an account that nobody follows any more costs no decoding', (t) => {
  const { streams } = setUp()
  const one = follower()
  for (const channel of ['orders', 'balances', 'alerts'] as const) {
    streams.follow(1000, channel, one)
  }
  t.true(streams.wants(1000))
  for (const channel of ['orders', 'balances', 'alerts'] as const) {
    streams.leave(1000, channel, one)
  }
  t.false(streams.wants(1000))
})

test('C8: a batch that comes in parts is taken when its last one is', (t) => {
  const { router } = setUp()
  const take = (message: ProjectedBatch) =>
    router.take(message.seq, encodeEventBatch(message, message))
  const [first, second] = parts(
    1,
    1,
    [listed(), report({ orderID: 5 })],
    [balance({ account: 1002 })],
  )
  if (first === undefined || second === undefined) return t.fail()
  take(first)
  t.is(router.lastSeq(), 0)
  t.is(router.instrumentOf(5, 1000), 1)
  take(second)
  t.is(router.lastSeq(), 1)
  t.deepEqual([router.lastSeqOf(1000), router.lastSeqOf(1002)], [1, 1])
})
