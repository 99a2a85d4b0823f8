// CancelReplace: a cancel, then a new order, in one command. The new order is one like any other: it
// goes to the tail, it may use what the cancel has freed, and when it is refused the cancel stands.

import type { CancelReplace } from '#domain/command.ts'
import { CANCEL_REPLACE_MODES } from '#domain/order.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { CancelOrderCommand, NewOrderCommand } from '../hot-command.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Admission, isRepeated } from '../risk/pre-trade.ts'
import { idToWords } from '../words.ts'
import { finishCommand } from './aftermath.ts'
import { tryCancel } from './cancel-order.ts'
import { enterNewOrder, refuseNewOrder } from './new-order.ts'
import { loadOrderTerms } from './order-terms.ts'

const cancel = new CancelOrderCommand()
const order = new NewOrderCommand()
const admission = new Admission()

/** Answers a code of REJECT_REASONS; 0 when the reports have answered. */
export function cancelReplace(s: EngineState, command: CancelReplace): number {
  if (!CANCEL_REPLACE_MODES.includes(command.mode)) return REJECT.Malformed
  if (!loadOrderTerms(command.order, command.account, order)) return REJECT.Malformed
  if (!loadCancel(command)) return REJECT.Malformed
  // A repeated id must not cancel anything either.
  admission.accountSlot = s.accounts.find(command.account)
  if (admission.accountSlot !== NONE && isRepeated(s, order.clOrdID, admission)) {
    refuseNewOrder(s, order, REJECT.DuplicateClOrdID, admission.firstOrderID)
    return 0
  }
  const reason = tryCancel(s, cancel)
  if (reason !== 0) s.reports.rejectCancel(cancel, reason)
  if (reason === 0 || command.mode === 'AllowFailure') enterNewOrder(s, order)
  else refuseNewOrder(s, order, REJECT.CancelFailed, 0)
  finishCommand(s)
  return 0
}

function loadCancel({ account, orderID, origClOrdID }: CancelReplace): boolean {
  cancel.account = account
  cancel.orderID = orderID
  cancel.clOrdID.fill(0)
  cancel.origClOrdID.fill(0)
  if (orderID === 0) return idToWords(origClOrdID, cancel.origClOrdID)
  if (typeof orderID !== 'number') return false
  return origClOrdID === '' || idToWords(origClOrdID, cancel.origClOrdID)
}
