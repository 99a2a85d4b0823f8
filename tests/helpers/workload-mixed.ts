// Random commands with an accent: more that waits for a price or another order, or nothing but
// icebergs in a market of few prices.

import type { Command, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { TRACE } from './engine-under-test.ts'
import { PLAIN } from './workload-config.ts'
import { type CommandSource, Random, RandomCommands } from './workload-random.ts'
import { asTrigger, randomList } from './workload-triggers.ts'

/** The random commands, with more that waits; nothing of the others is lost. */
export class WaitingCommands implements CommandSource {
  readonly #commands: RandomCommands
  readonly #backlog: Command[] = []

  constructor(seed: number, config = PLAIN) {
    this.#commands = new RandomCommands(seed, config)
  }

  opening(): Command[] {
    return this.#commands.opening()
  }

  observe(events: readonly EngineEvent[]): void {
    this.#commands.observe(events)
  }

  next(): Command {
    const r = this.#commands.random
    const later = this.#backlog.shift()
    if (later !== undefined) return later
    if (!r.chance(25)) return this.#commands.next()
    let price = this.#order().price
    // Market orders have none, hostile ones have an odd one.
    while (!(price > 10 && price < Number.MAX_SAFE_INTEGER - 10)) price = this.#order().price
    const near = () => price + r.below(9) - 4
    const order = () => this.#order()
    return r.chance(50) ? asTrigger(r, order(), near) : randomList(r, order, near)
  }

  #order(): NewOrder {
    for (let command = this.#commands.next(); ; command = this.#commands.next()) {
      if (command.type === 'NewOrder') return command
      this.#backlog.push(command)
    }
  }
}

/** What is sent seldom here; a halt that was sent ends. */
const CALM = ['SetKillSwitch', 'SetLimits', 'SetDeadMan', 'MassCancel', 'SetFeeTier']

/** A small market with many icebergs and few interruptions. */
export class IcebergCommands implements CommandSource {
  readonly #commands: RandomCommands
  readonly #random: Random
  readonly #prices: number
  #sent = 0

  /** `prices`: how many there are. */
  constructor(seed: number, prices = 3, config = PLAIN) {
    this.#commands = new RandomCommands(seed, config)
    this.#random = new Random(seed * 7 + 1)
    this.#prices = prices
  }

  opening(): Command[] {
    return this.#commands.opening()
  }

  observe(events: readonly EngineEvent[]): void {
    this.#commands.observe(events)
  }

  next(): Command {
    const command = this.#commands.next()
    this.#sent += 1
    switch (command.type) {
      case 'NewOrder':
        return this.#asIceberg(command)
      case 'ReplaceOrder':
        // 0: the price stays, and with it the place where the quantity is not raised.
        return { ...command, price: this.#random.chance(50) ? 0 : this.#price() }
      default: {
        const r = this.#random
        const isHalt = CALM.includes(command.type) && !('engaged' in command && !command.engaged)
        if (!isHalt || r.chance(15)) return command
        const transferId = `z${this.#sent}`
        const credit = { asset: 'USD', amount: 10n ** 15n, transferId, traceId: TRACE }
        return { type: 'Credit', account: 1000 + r.below(4), ...credit }
      }
    }
  }

  #asIceberg(order: NewOrder): NewOrder {
    const { timeInForce, ordType, orderQty } = order
    const mayHide = ordType === 'Limit' && timeInForce !== 'IOC' && timeInForce !== 'FOK'
    const price = order.price > 0 ? this.#price() : order.price
    const tranches = 1 + this.#random.below(9)
    const part = Number.isSafeInteger(orderQty) ? Math.ceil(orderQty / tranches) : 0
    const displayQty = mayHide ? Math.max(part, 0) : order.displayQty
    return { ...order, instrumentId: 1, postOnly: false, price, displayQty }
  }

  #price(): number {
    return 1000 + this.#random.below(this.#prices)
  }
}
