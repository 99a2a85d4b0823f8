// The baseline: what one writes first. JSON everywhere, one JetStream publish a command through
// js.publish, a durable pull consumer with an explicit ack a message, an engine in its own process (npm
// nodejs-order-book), one JSON message a result. It speaks the load's WebSocket dialect and shares the
// venue's NATS server, so both pay for the same fsync.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { AckPolicy, connect, JSONCodec, StorageType } from 'nats'
import { OrderBook, Side } from 'nodejs-order-book'
import { type WebSocket, WebSocketServer } from 'ws'

const STREAM = 'NAIVE_CMD'
const SUBJECT = 'naive.cmd'
const RESULTS = 'naive.result'
const json = JSONCodec()

interface Request {
  readonly op: string
  readonly id: number
  readonly connection: number
  readonly orderID?: number
  readonly side?: 'Buy' | 'Sell'
  readonly price?: string
  readonly orderQty?: string
}

const [, , role, natsUrl] = process.argv
if (role === 'gateway') await runGateway(natsUrl ?? '')
if (role === 'engine') await runEngine(natsUrl ?? '')

/** A running baseline. */
export interface NaiveVenue extends AsyncDisposable {
  readonly url: string
}

/** Starts both processes of the baseline on a NATS server. */
export async function startNaiveVenue(url: string): Promise<NaiveVenue> {
  const start = (part: string) =>
    fork(import.meta.filename, [part, url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const engine = start('engine')
  await once(engine, 'message')
  const gateway = start('gateway')
  const [{ port }] = (await once(gateway, 'message')) as [{ port: number }]
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const child of [gateway, engine]) {
        child.disconnect()
        if (child.exitCode === null) await once(child, 'exit')
      }
    },
  }
}

async function runEngine(servers: string): Promise<void> {
  const nc = await connect({ servers })
  const manager = await nc.jetstreamManager()
  await manager.streams.delete(STREAM).catch(() => undefined)
  await manager.streams.add({ name: STREAM, subjects: [SUBJECT], storage: StorageType.File })
  await manager.consumers.add(STREAM, { durable_name: 'engine', ack_policy: AckPolicy.Explicit })
  const consumer = await nc.jetstream().consumers.get(STREAM, 'engine')
  process.on('disconnect', () => process.exit(0))
  process.send?.({ ready: true })
  const book = new OrderBook()
  let lastID = 0
  for await (const message of await consumer.consume({ max_messages: 1000 })) {
    const request = json.decode(message.data) as Request
    nc.publish(RESULTS, json.encode(apply(book, request, () => ++lastID)))
    message.ack()
  }
}

function apply(book: OrderBook, request: Request, nextID: () => number): object {
  const { id, connection } = request
  if (request.op === 'order.cancel') {
    book.cancel(String(request.orderID))
    return { id, connection, ok: true, result: { orderID: request.orderID, leavesQty: '0' } }
  }
  const orderID = nextID()
  book.limit({
    id: String(orderID),
    side: request.side === 'Buy' ? Side.BUY : Side.SELL,
    size: Number(request.orderQty),
    price: Number(request.price),
  })
  return { id, connection, ok: true, result: { orderID, leavesQty: request.orderQty } }
}

async function runGateway(servers: string): Promise<void> {
  const nc = await connect({ servers })
  const js = nc.jetstream()
  const sockets = new Map<number, WebSocket>()
  const server = createServer()
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    const connection = sockets.size + 1
    sockets.set(connection, socket)
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString()) as Request
      if (request.op === 'logon') socket.send(JSON.stringify({ id: request.id, ok: true }))
      else void js.publish(SUBJECT, json.encode({ ...request, connection }))
    })
  })
  nc.subscribe(RESULTS, {
    callback: (_error, message) => {
      const { connection, ...answer } = json.decode(message.data) as { connection: number }
      sockets.get(connection)?.send(JSON.stringify(answer))
    },
  })
  process.on('disconnect', () => process.exit(0))
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
}
