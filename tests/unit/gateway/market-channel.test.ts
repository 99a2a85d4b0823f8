import test from 'ava'
import { OperationalError } from '#contracts/errors.ts'
import { createMarketHub } from '../../../runtime/gateway/socket/market-hub.ts'
import { until } from '../../helpers/until.ts'

interface Message {
  type: string
  seq: number
  prevSeq?: number
}

/** A feed under the test's hand: messages go out by `publish`, snapshots wait for `answer`. */
function setUp() {
  const subjects = new Map<string, (data: Uint8Array) => void>()
  const asked: { resolve: (seq: number) => void; fail: () => void }[] = []
  const hub = createMarketHub({
    link: {
      subscribe: (subject, onMessage) => {
        subjects.set(subject, (data) => onMessage(data, {} as never))
        return { unsubscribe: () => void subjects.delete(subject) }
      },
    },
    rpc: {
      feed: () =>
        new Promise((resolve, reject) => {
          asked.push({
            resolve: (seq) => resolve({ result: { type: 'snapshot', seq } }),
            fail: () => reject(new OperationalError('TE_UNAVAILABLE_FEED', 'away')),
          })
        }),
    },
    assertListed: () => undefined,
  })
  const publish = (seq: number, prevSeq: number) =>
    subjects.get('md.book.BTC-USD')?.(
      Buffer.from(JSON.stringify({ type: 'diff', seq, prevSeq, bids: [], asks: [] })),
    )
  return { hub, publish, asked, subjects }
}

function follower(bufferedBytes = () => 0) {
  const got: Message[] = []
  return {
    got,
    send: (frame: string | Uint8Array) =>
      void got.push(JSON.parse(Buffer.from(frame as Uint8Array).toString()) as Message),
    bufferedBytes,
    seqs: () => got.map(({ type, seq }) => `${type[0]}${seq}`).join(' '),
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a follower gets the snapshot, then exactly the diffs that it does not contain', async (t) => {
  const { hub, publish, asked } = setUp()
  const one = follower()
  hub.follow('book:BTC-USD', one)
  publish(5, 4)
  publish(8, 5)
  publish(9, 8)
  asked[0]?.resolve(8)
  await settled()
  publish(12, 9)
  t.is(one.seqs(), 's8 d9 d12')
  hub.close()
})

test('a second follower does not disturb the first', async (t) => {
  const { hub, publish, asked } = setUp()
  const one = follower()
  const two = follower()
  hub.follow('book:BTC-USD', one)
  asked[0]?.resolve(3)
  await settled()
  publish(4, 3)
  hub.follow('book:BTC-USD', two)
  publish(6, 4)
  asked[1]?.resolve(4)
  await settled()
  publish(7, 6)
  t.is(one.seqs(), 's3 d4 d6 d7')
  t.is(two.seqs(), 's4 d6 d7')
  hub.close()
})

test('C8: whichever message is lost, every follower gets a new snapshot and no wrong book', async (t) => {
  for (let lost = 1; lost <= 20; lost++) {
    const { hub, publish, asked } = setUp()
    const one = follower()
    hub.follow('book:BTC-USD', one)
    asked[0]?.resolve(0)
    await settled()
    for (let seq = 1; seq <= 20; seq++) if (seq !== lost) publish(seq, seq - 1)
    // The last one lost is seen with the next message.
    publish(21, 20)
    t.is(asked.length, 2)
    asked[1]?.resolve(21)
    await settled()
    publish(22, 21)
    const before = Array.from({ length: lost - 1 }, (_, i) => `d${i + 1}`)
    t.is(one.seqs(), ['s0', ...before, 's21', 'd22'].join(' '))
    hub.close()
  }
})

test('a snapshot that does not fit what came meanwhile is asked for again', async (t) => {
  const { hub, publish, asked } = setUp()
  const one = follower()
  hub.follow('book:BTC-USD', one)
  publish(9, 7)
  asked[0]?.resolve(5)
  await until('the second question', () => asked.length === 2)
  asked[1]?.resolve(9)
  await settled()
  t.is(one.seqs(), 's9')
  hub.close()
})

test('a feed that is away is asked until it is back', async (t) => {
  const { hub, asked } = setUp()
  const one = follower()
  hub.follow('book:BTC-USD', one)
  asked[0]?.fail()
  await until('the second question', () => asked.length === 2)
  asked[1]?.resolve(4)
  await settled()
  t.is(one.seqs(), 's4')
  hub.close()
})

test('a client that does not read gets no more diffs, and a snapshot when it has read', async (t) => {
  const { hub, publish, asked } = setUp()
  let buffered = 0
  const slow = follower(() => buffered)
  const quick = follower()
  hub.follow('book:BTC-USD', slow)
  hub.follow('book:BTC-USD', quick)
  asked[0]?.resolve(1)
  await settled()
  buffered = 2_000_000
  publish(2, 1)
  publish(3, 2)
  buffered = 0
  await until('the readmission', () => asked.length === 2)
  asked[1]?.resolve(3)
  await settled()
  t.is(slow.seqs(), 's1 s3')
  t.is(quick.seqs(), 's1 d2 d3')
  hub.close()
})

test('A3: a channel has one subscription while somebody follows it, and none afterwards', async (t) => {
  const { hub, subjects, asked } = setUp()
  for (let round = 0; round < 1000; round++) {
    const two = [follower(), follower()]
    for (const f of two) hub.follow('book:BTC-USD', f)
    hub.follow('candles-1m:BTC-USD', two[0] as ReturnType<typeof follower>)
    t.is(subjects.size, 2)
    for (const f of two) {
      hub.leave('book:BTC-USD', f)
      hub.leave('candles-1m:BTC-USD', f)
    }
    asked.at(-1)?.resolve(1)
    t.is(subjects.size, 0)
    t.is(hub.openChannels(), 0)
  }
  await settled()
  hub.close()
})

const NAMES = [
  'book',
  'book:',
  'book:*',
  'book:>',
  'book:BTC-USD:x',
  'book:btc-usd',
  'book:BTC.USD',
  'book:BTC-USD ',
  'books:BTC-USD',
  'candles-2m:BTC-USD',
  '__proto__:BTC-USD',
  'orders:BTC-USD',
]
for (const name of NAMES) {
  test(`no subject is built from the channel ${JSON.stringify(name)}`, (t) => {
    const { hub, subjects } = setUp()
    t.throws(() => hub.assertChannel(name), { code: 'TE_INPUT_CHANNEL' })
    t.is(subjects.size, 0)
    hub.close()
  })
}
