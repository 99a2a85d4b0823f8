// A closed loop of orders over WebSocket: every slot has one command in flight and sends the next when
// its answer is here. Mix: half new resting orders, nearly half cancels, one in twenty takes.

import { build, type Histogram } from 'hdr-histogram-js'
import { WebSocket } from 'ws'
import { createRandom } from '../../runtime/cli/bots/random.ts'

export interface LoadOptions {
  readonly gatewayUrl: string
  /** One API key a connection. */
  readonly apiKeys: readonly string[]
  readonly symbol: string
  readonly inFlight: number
  readonly seconds: number
  readonly seed: number
}

export interface LoadResult {
  readonly commands: number
  readonly rejected: Readonly<Record<string, number>>
  readonly seconds: number
  /** Microseconds from send to answer. */
  readonly latency: Histogram
}

const MID_TICKS = 6_500_000
const TICKS_AROUND = 500

/** Runs the loop to its end. Errors: when a socket cannot be opened or closes. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const run = new LoadRun(options)
  return run.done()
}

interface Slot {
  readonly socket: WebSocket
  readonly id: number
  sentMs: number
  orderID: number
}

class LoadRun {
  readonly #options: LoadOptions
  readonly #random
  readonly #latency = build()
  readonly #rejected: Record<string, number> = {}
  #commands = 0
  #active = 0
  #startedMs = 0
  #finish: (() => void) | null = null
  readonly #slots: Slot[] = []

  constructor(options: LoadOptions) {
    this.#options = options
    this.#random = createRandom(options.seed)
  }

  async done(): Promise<LoadResult> {
    const sockets = await Promise.all(this.#options.apiKeys.map((key) => this.#open(key)))
    const slots = Array.from({ length: this.#options.inFlight }, (_, id) => this.#slot(sockets, id))
    this.#startedMs = performance.now()
    const ended = new Promise<void>((resolve) => {
      this.#finish = resolve
    })
    for (const slot of slots) this.#next(slot)
    await ended
    const seconds = (performance.now() - this.#startedMs) / 1000
    for (const socket of sockets) socket.close()
    return { commands: this.#commands, rejected: this.#rejected, seconds, latency: this.#latency }
  }

  async #open(apiKey: string): Promise<WebSocket> {
    const socket = new WebSocket(`${this.#options.gatewayUrl.replace(/^http/, 'ws')}/v1/ws`, {
      perMessageDeflate: false,
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve())
      socket.once('error', reject)
    })
    const answered = new Promise<void>((resolve, reject) => {
      socket.once('message', (data: Buffer) => {
        const answer = JSON.parse(data.toString()) as { ok: boolean; error?: { code: string } }
        if (answer.ok) resolve()
        else reject(new Error(`logon refused: ${answer.error?.code}`))
      })
    })
    socket.send(JSON.stringify({ op: 'logon', id: 'logon', apiKey, cancelOnDisconnect: true }))
    await answered
    socket.on('message', (data: Buffer) => {
      const parsed = JSON.parse(data.toString()) as Answer | Answer[]
      for (const answer of Array.isArray(parsed) ? parsed : [parsed]) {
        const slot = this.#slots[answer.id]
        if (slot !== undefined) this.#answered(slot, answer)
      }
    })
    return socket
  }

  #slot(sockets: readonly WebSocket[], id: number): Slot {
    const socket = sockets[id % sockets.length]
    if (socket === undefined) throw new Error('no connection')
    const slot: Slot = { socket, id, sentMs: 0, orderID: 0 }
    this.#slots.push(slot)
    this.#active += 1
    return slot
  }

  #next(slot: Slot): void {
    const elapsed = (performance.now() - this.#startedMs) / 1000
    if (elapsed >= this.#options.seconds) {
      this.#active -= 1
      if (this.#active === 0) this.#finish?.()
      return
    }
    this.#commands += 1
    slot.sentMs = performance.now()
    slot.socket.send(JSON.stringify({ id: slot.id, ...this.#command(slot) }))
  }

  #command(slot: Slot): object {
    if (slot.orderID !== 0 && this.#random.next() < 0.9) {
      return { op: 'order.cancel', orderID: slot.orderID }
    }
    const side = this.#random.next() < 0.5 ? 'Buy' : 'Sell'
    const isTaking = this.#random.next() < 0.1
    const away = this.#random.between(1, TICKS_AROUND) * (isTaking ? -1 : 1)
    const ticks = MID_TICKS + (side === 'Buy' ? -away : away)
    return {
      op: 'order.place',
      symbol: this.#options.symbol,
      side,
      ordType: 'Limit',
      timeInForce: isTaking ? 'IOC' : 'GTC',
      price: (ticks / 100).toFixed(2),
      orderQty: `0.00${this.#random.between(100, 999)}`,
    }
  }

  #answered(slot: Slot, answer: Answer): void {
    this.#latency.recordValue(Math.max(1, Math.round((performance.now() - slot.sentMs) * 1000)))
    const isOpen = answer.result?.leavesQty !== undefined && answer.result.leavesQty !== '0'
    slot.orderID = isOpen ? (answer.result?.orderID ?? 0) : 0
    const code = answer.error?.code
    if (code !== undefined) this.#rejected[code] = (this.#rejected[code] ?? 0) + 1
    this.#next(slot)
  }
}

interface Answer {
  readonly id: number
  readonly result?: { readonly orderID: number; readonly leavesQty: string }
  readonly error?: { readonly code: string }
}
