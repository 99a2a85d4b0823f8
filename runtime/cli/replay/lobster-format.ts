// LOBSTER message files (NASDAQ order flow), one CSV line an event:
// time (s after midnight), type, order id, size, price (dollars x 10,000), direction of the resting order.
// Types: 1 new, 2 partial cancel, 3 cancel, 4 execution, 5 execution of a hidden order, 6 cross, 7 halt.

import type { FlowDefect, FlowEvent, FlowFormat } from './flow.ts'

const LINE = /^(\d+(?:\.\d+)?),([1-7]),(-?\d+),(-?\d+),(-?\d+),(-?1|0)$/

export const lobsterFormat: FlowFormat = { tickSize: '0.0001', lotSize: '1', read }

function read(text: string, line: number): FlowEvent | FlowDefect | null {
  if (text === '') return null
  const match = LINE.exec(text.trim())
  if (match === null) return { line, reason: 'not six LOBSTER message columns' }
  const [, time = '', type = '', id = '', size = '', price4 = '', direction = ''] = match
  const head = { line, timeMs: Math.round(Number(time) * 1000) }
  // Hidden orders, crosses and halts say nothing about the visible book.
  if (type === '5' || type === '6' || type === '7') return null
  if (Number(size) <= 0 || Number(price4) <= 0)
    return { line, reason: 'size or price not positive' }
  const side = direction === '1' ? 'Buy' : 'Sell'
  const price = `${Math.floor(Number(price4) / 10_000)}.${String(Number(price4) % 10_000).padStart(4, '0')}`
  switch (type) {
    case '1':
      return { ...head, kind: 'new', id, side, price, qty: size }
    case '2':
      return { ...head, kind: 'reduce', id, qty: size }
    case '3':
      return { ...head, kind: 'cancel', id, side, price, qty: size }
    default:
      return { ...head, kind: 'execute', id, side, price, qty: size }
  }
}
