// Bitstamp's public live-order feed, one event a line: `<epoch ms> <kind> <json>`.
// Source: the recording published with the R package obAnalytics.

import type { FlowDefect, FlowEvent, FlowFormat, Level, Side } from './flow.ts'

const LINE = /^(\d{13}) ([a-z_]+) (\{.*\})$/

interface OrderJson {
  readonly price: string
  readonly amount: string
  readonly id: number
  readonly order_type: number
}

export const bitstampFormat: FlowFormat = { tickSize: '0.01', lotSize: '0.00000001', read }

function read(text: string, line: number): FlowEvent | FlowDefect | null {
  if (text === '') return null
  const match = LINE.exec(text)
  if (match === null) return { line, reason: 'not "<epoch ms> <kind> <json>"' }
  const [, time = '', kind = '', json = ''] = match
  const head = { line, timeMs: Number(time) }
  try {
    const body: unknown = JSON.parse(json)
    switch (kind) {
      case 'order_created':
        return { ...head, kind: 'new', ...order(body as OrderJson) }
      case 'order_changed':
        return { ...head, kind: 'left', ...order(body as OrderJson) }
      case 'order_deleted':
        return deleted(head, order(body as OrderJson))
      case 'trade': {
        const { price, amount } = body as { price: number; amount: number }
        return { ...head, kind: 'trade', price: rounded(price, 2), qty: rounded(amount, 8) }
      }
      case 'order_book': {
        const { bids, asks } = body as { bids: Level[]; asks: Level[] }
        return { ...head, kind: 'book', bids: bids.map(level), asks: asks.map(level) }
      }
      default:
        return { line, reason: `unknown kind ${kind}` }
    }
  } catch (error) {
    return { line, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Deleted with nothing left means filled; else cancelled. */
function deleted(
  head: { line: number; timeMs: number },
  o: { id: string; side: Side; price: string; qty: string },
): FlowEvent {
  return Number(o.qty) === 0 ? { ...head, kind: 'left', ...o } : { ...head, kind: 'cancel', ...o }
}

function order(json: OrderJson): { id: string; side: Side; price: string; qty: string } {
  if (json.order_type !== 0 && json.order_type !== 1) throw new Error('order_type is not 0 or 1')
  if (!Number.isSafeInteger(json.id)) throw new Error('id is no integer')
  return {
    id: String(json.id),
    side: json.order_type === 0 ? 'Buy' : 'Sell',
    price: decimal(json.price),
    qty: decimal(json.amount),
  }
}

function level([price, qty]: Level): Level {
  return [decimal(price), decimal(qty)]
}

function decimal(text: unknown): string {
  if (typeof text !== 'string' || !/^\d+(\.\d{1,8})?$/.test(text)) {
    throw new Error('a price or amount is no decimal string')
  }
  return text
}

/** The feed's trades carry binary floats (236.61000000000001): the nearest decimal is meant. */
function rounded(value: unknown, decimals: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new Error('a trade has no positive price and amount')
  }
  return value.toFixed(decimals)
}
