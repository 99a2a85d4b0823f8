// One run of the scripted driver: lines in, lines out, in one engine. No clock, no chance: the same
// lines give the same lines, byte for byte. Time is what the last Clock command said.

import { readFileSync, writeFileSync } from 'node:fs'
import { InputError } from '#contracts/errors.ts'
import type { CancelOrder, NewOrder, ReplaceOrder } from '#domain/command.ts'
import { ORD_TYPES, SIDES, STP_MODES, TIMES_IN_FORCE } from '#domain/order.ts'
import { CommandRecord } from '#engine/command-record.ts'
import { Engine } from '#engine/engine.ts'
import {
  CancelOrderCommand,
  NewOrderCommand,
  ReplaceOrderCommand,
  STP_DEFAULT_CODE,
} from '#engine/hot-command.ts'
import { idToWords, traceToWords } from '#engine/words.ts'
import { readCommand } from './driver-commands.ts'
import { ScriptSink } from './driver-events.ts'
import { bad, Fields, parseLine, quote } from './driver-fields.ts'
import { PlainLine } from './driver-line.ts'
import type { Names, ScriptInstrument } from './driver-names.ts'
import { balancesLine, bookLine, positionsLine } from './driver-questions.ts'
import { fieldsOf } from './driver-words.ts'

/** Owns the engine of a script. */
export class Script implements Names {
  readonly #sink = new ScriptSink()
  #engine = new Engine(this.#sink)
  readonly #symbols = new Map<string, number>()
  #line = 0
  readonly #plain = new PlainLine()
  readonly #new = new NewOrderCommand()
  readonly #cancel = new CancelOrderCommand()
  readonly #replace = new ReplaceOrderCommand()
  /** Plain orders take the way that they take in matching: where a batch would have them. */
  readonly #record = new CommandRecord()

  /** Takes one line. Blank lines count and say nothing. */
  take(line: string): void {
    const bytes = Buffer.from(line)
    this.takeBytes(bytes, 0, bytes.length)
  }

  /** The same of the bytes [from, end), UTF-8. */
  takeBytes(bytes: Buffer, from: number, end: number): void {
    this.#line += 1
    try {
      if (this.#plain.read(bytes, from, end)) {
        this.#obey(new Fields(this.#plain.names, this.#plain.values))
        return
      }
      const text = bytes.toString('utf8', from, end)
      if (text.trim() !== '') this.#obey(Fields.of(parseLine(text)))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.malformed(error.message)
    }
  }

  /** Reports the line just taken as no command. */
  malformed(reason: string): void {
    const text = quote(reason)
    this.#write(`{"event":"Malformed","line":${this.#line},"reason":${text}}`)
  }

  /** Counts a line that was never looked at, and reports it. */
  refuse(reason: string): void {
    this.#line += 1
    this.malformed(reason)
  }

  /** The lines written since the last call. */
  drain(): Buffer {
    return this.#sink.output.drain()
  }

  /** Bytes that wait to be drained. */
  get pending(): number {
    return this.#sink.output.length
  }

  bySymbol(symbol: string): ScriptInstrument | undefined {
    const id = this.#symbols.get(symbol)
    if (id !== undefined) return this.byId(id)
    const found = this.#sink.instruments.find((known) => known?.definition.symbol === symbol)
    if (found !== undefined) this.#symbols.set(symbol, found.definition.instrumentId)
    return found
  }

  byId(instrumentId: number): ScriptInstrument | undefined {
    return this.#sink.instruments[instrumentId]
  }

  scaleOf(asset: string): number | undefined {
    return this.#sink.assets.find((known) => known?.name === asset)?.scale
  }

  ofOrder(account: number, orderID: number, clOrdID: string): ScriptInstrument | undefined {
    const definition = this.#engine.instrumentOfOrder(account, orderID, clOrdID)
    return definition === undefined ? undefined : this.byId(definition.instrumentId)
  }

  #obey(fields: Fields): void {
    const type = fields.text('type', null)
    const known = fieldsOf(type)
    if (known === undefined) throw bad('type', `unknown type ${type}`)
    if (this.#answer(type, fields, known)) return
    const command = readCommand(type, fields, this)
    const time = fields.nanoseconds('timestampNs') ?? this.#sink.now
    if (time < this.#sink.now) throw bad('timestampNs', 'timestampNs is before what it was')
    fields.end(known)
    this.#sink.now = time
    this.#sink.seq += 1
    this.#engine.begin(this.#sink.seq, time)
    if (command.type === 'NewOrder') this.#place(command)
    else if (command.type === 'CancelOrder') this.#cancelOrder(command)
    else if (command.type === 'ReplaceOrder') this.#replaceOrder(command)
    else this.#engine.admin(0, command)
  }

  #write(line: string): void {
    this.#sink.output.text(`${line}\n`)
  }

  /** Questions about the state. They are no commands and move nothing. */
  #answer(type: string, fields: Fields, known: readonly string[]): boolean {
    switch (type) {
      case 'Book': {
        const symbol = fields.text('symbol', null)
        fields.end(known)
        const instrument = this.bySymbol(symbol)
        if (instrument === undefined) throw bad('symbol', `unknown symbol ${symbol}`)
        this.#write(bookLine(this.#engine, instrument))
        return true
      }
      case 'Balances':
        fields.end(known)
        this.#write(balancesLine(this.#engine, this.#sink.assets))
        return true
      case 'Positions':
        fields.end(known)
        this.#write(positionsLine(this.#engine, this.#sink.instruments))
        return true
      case 'StateHash':
        fields.end(known)
        this.#write(`{"event":"StateHash","hash":"${this.#engine.stateHash()}"}`)
        return true
      case 'Snapshot':
      case 'Restore': {
        const path = fields.text('path', null)
        fields.end(known)
        this.#file(type, path)
        return true
      }
      default:
        return false
    }
  }

  /** Writes the state to a file, or starts over from one. A file that does not do changes nothing. */
  #file(type: 'Snapshot' | 'Restore', path: string): void {
    try {
      if (type === 'Snapshot') writeFileSync(path, Buffer.concat(this.#engine.takeSnapshot()))
      else this.#restore(readFileSync(path))
    } catch (cause) {
      throw bad('path', `${type}: ${(cause as Error).message}`)
    }
    const hash = this.#engine.stateHash()
    this.#write(`{"event":"${type}","path":${quote(path)},"hash":"${hash}"}`)
  }

  #restore(bytes: Uint8Array): void {
    const engine = new Engine(this.#sink)
    engine.loadSnapshot(bytes)
    this.#engine = engine
    this.#sink.seq = engine.lastSeq
    this.#sink.now = engine.now
    this.#symbols.clear()
    this.#sink.reset(engine.instruments())
  }

  #place(command: NewOrder): void {
    const c = this.#new
    c.account = command.account
    c.instrumentId = command.instrumentId
    c.side = SIDES.indexOf(command.side)
    c.ordType = ORD_TYPES.indexOf(command.ordType)
    c.timeInForce = TIMES_IN_FORCE.indexOf(command.timeInForce)
    c.stpMode = command.stpMode === null ? STP_DEFAULT_CODE : STP_MODES.indexOf(command.stpMode)
    c.postOnly = command.postOnly
    c.reduceOnly = command.reduceOnly
    c.price = command.price
    c.orderQty = command.orderQty
    c.stopPx = command.stopPx
    c.displayQty = command.displayQty
    c.trailingOffset = command.trailingOffset
    c.isTrailingPpm = command.trailingOffsetUnit === 'Ppm'
    writeInt64(command.quoteAmount, c.quoteAmount)
    writeInt64(command.expireTimeNs, c.expireTimeNs)
    idToWords(command.clOrdID, c.clOrdID)
    traceToWords(command.traceId, c.traceId)
    const { words, floats } = this.#record
    const isPlain = this.#record.writeNewOrder(c) && this.#engine.plainOrder(0, words, floats, 0)
    if (!isPlain) this.#engine.newOrder(0, c)
  }

  #cancelOrder(command: CancelOrder): void {
    const c = this.#cancel
    c.account = command.account
    c.orderID = command.orderID
    if (!idToWords(command.clOrdID, c.clOrdID)) c.clOrdID.fill(0)
    if (!idToWords(command.origClOrdID, c.origClOrdID)) c.origClOrdID.fill(0)
    traceToWords(command.traceId, c.traceId)
    this.#record.writeCancel(c)
    const { words, floats } = this.#record
    if (!this.#engine.plainCancel(0, words, floats, 0)) this.#engine.cancelOrder(0, c)
  }

  #replaceOrder(command: ReplaceOrder): void {
    const c = this.#replace
    c.account = command.account
    c.orderID = command.orderID
    c.price = command.price
    c.orderQty = command.orderQty
    idToWords(command.clOrdID, c.clOrdID)
    if (!idToWords(command.origClOrdID, c.origClOrdID)) c.origClOrdID.fill(0)
    traceToWords(command.traceId, c.traceId)
    this.#engine.replaceOrder(0, c)
  }
}

function writeInt64(value: bigint, into: Int32Array): void {
  into[0] = Number(BigInt.asIntN(32, value))
  into[1] = Number(value >> 32n)
}
