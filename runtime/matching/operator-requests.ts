// Questions that operators and reconciliation ask the engine itself: state hash, all balances, a
// book, a snapshot now. Answered between two batches, so each is the state at exactly `seq`.

import type { NatsLink, NatsMessage } from '#adapters/nats/index.ts'
import { matchingRequestSubject } from '#contracts/subjects.ts'
import type { MatchingService } from './service.ts'

type Answer = object | Promise<object>
type Method = (params: Record<string, unknown>) => Answer

/** Serves the requests of one shard until disposed. */
export function serveOperatorRequests(
  link: NatsLink,
  shard: number,
  service: MatchingService,
): Disposable {
  const { engine } = service.applier()
  const methods: Record<string, Method> = {
    snapshot: () => service.snapshot(),
    stateHash: () => ({ hash: engine.stateHash() }),
    balances: () => ({
      balances: engine.balances().map((row) => ({
        account: row.account,
        assetId: row.assetId,
        balance: row.balance.toString(),
        hold: row.hold.toString(),
      })),
    }),
    /** Price levels in ticks and lots. */
    book: ({ symbol }) => bookOf(service, symbol),
  }
  const subscriptions = Object.entries(methods).map(([name, method]) =>
    link.subscribe(matchingRequestSubject(shard, name), (data, message) => {
      void answer(service, method, data.slice(), message)
    }),
  )
  return {
    [Symbol.dispose]: () => {
      for (const subscription of subscriptions) subscription.unsubscribe()
    },
  }
}

function bookOf(service: MatchingService, symbol: unknown): object {
  const { engine } = service.applier()
  const instrument = typeof symbol === 'string' ? engine.instrumentOf(symbol) : undefined
  if (!instrument) throw new NotFound('no such instrument')
  const { instrumentId } = instrument
  return {
    symbol,
    bids: engine.levels(instrumentId, 'Buy'),
    asks: engine.levels(instrumentId, 'Sell'),
  }
}

class NotFound extends Error {}

async function answer(
  service: MatchingService,
  method: Method,
  data: Uint8Array,
  message: NatsMessage,
): Promise<void> {
  const reply = (body: object): void => message.respond(JSON.stringify(body))
  if (service.role() === 'recovering') {
    const error = { code: 'TE_UNAVAILABLE_STARTING', message: 'matching is recovering' }
    return reply({ ok: false, error })
  }
  try {
    const params = data.length === 0 ? {} : (JSON.parse(Buffer.from(data).toString()) as object)
    const seq = service.seq()
    const result = await method(params as Record<string, unknown>)
    reply({ ok: true, seq, result: { seq, ...result } })
  } catch (error) {
    const code = error instanceof NotFound ? 'TE_NOT_FOUND_INSTRUMENT' : 'TE_INTERNAL'
    reply({ ok: false, error: { code, message: (error as Error).message } })
  }
}
