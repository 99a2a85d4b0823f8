// The naive engine's CancelReplace: a cancel, then a new order, in one command.

import type { CancelReplace, NewOrder } from '#domain/command.ts'
import { CANCEL_REPLACE_MODES } from '#domain/order.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { rejectNew } from './naive-reports.ts'

export function cancelReplace(n: NaiveEngine, c: CancelReplace): void {
  const isNamed = c.orderID !== 0 || c.origClOrdID !== ''
  if (!CANCEL_REPLACE_MODES.includes(c.mode) || !isNamed || c.order.clOrdID === '') {
    return n.refuse(c, 'Malformed')
  }
  const { account, traceId, orderID, origClOrdID } = c
  const order: NewOrder = { ...c.order, type: 'NewOrder', account, traceId }
  const key = `${account}:${order.clOrdID}`
  const first = n.clientIds.get(key)
  if (first !== undefined) return rejectNew(n, order, 'DuplicateClOrdID', first)
  const cancel = {
    type: 'CancelOrder',
    account,
    traceId,
    orderID,
    origClOrdID,
    clOrdID: '',
  } as const
  if (n.cancelOrder(cancel) || c.mode === 'AllowFailure') return n.newOrder(order)
  rejectNew(n, order, 'CancelFailed', 0)
  if (n.accounts.has(account)) n.clientIds.set(key, 0)
}
