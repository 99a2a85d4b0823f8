// The codes (places in the domain's closed sets) that the engine names.

import {
  EXEC_TYPES,
  type ExecType,
  ORD_STATUSES,
  ORD_TYPES,
  type OrdStatus,
  type OrdType,
  TIMES_IN_FORCE,
  type TimeInForce,
} from '#domain/order.ts'
import { REJECT_REASONS, type RejectReason } from '#domain/reject-reason.ts'

const exec = (value: ExecType): number => EXEC_TYPES.indexOf(value)
const status = (value: OrdStatus): number => ORD_STATUSES.indexOf(value)
const type = (value: OrdType): number => ORD_TYPES.indexOf(value)
const force = (value: TimeInForce): number => TIMES_IN_FORCE.indexOf(value)

export const EXEC_NEW = exec('New')
export const EXEC_REPLACED = exec('Replaced')
export const EXEC_CANCELED = exec('Canceled')
export const EXEC_REJECTED = exec('Rejected')
export const EXEC_TRADE = exec('Trade')
export const EXEC_EXPIRED = exec('Expired')
export const EXEC_PREVENTED = exec('TradePrevented')
export const EXEC_TRIGGERED = exec('Triggered')

export const STATUS_NEW = status('New')
export const STATUS_PARTIAL = status('PartiallyFilled')
export const STATUS_FILLED = status('Filled')
export const STATUS_CANCELED = status('Canceled')
export const STATUS_REJECTED = status('Rejected')
export const STATUS_EXPIRED = status('Expired')
export const STATUS_PENDING = status('PendingTrigger')

export const TYPE_LIMIT = type('Limit')
export const TYPE_MARKET = type('Market')
export const TYPE_STOP = type('Stop')
export const TYPE_STOP_LIMIT = type('StopLimit')
export const TYPE_TAKE_PROFIT = type('TakeProfit')
export const TYPE_TAKE_PROFIT_LIMIT = type('TakeProfitLimit')
export const TYPE_TRAILING_STOP = type('TrailingStop')

export const FORCE_GTC = force('GTC')
export const FORCE_IOC = force('IOC')
export const FORCE_FOK = force('FOK')
export const FORCE_DAY = force('DAY')
export const FORCE_GTD = force('GTD')
export const FORCE_GFA = force('GFA')

/** Every reject reason by name, as its code; 0 = no reason. */
export const REJECT = Object.fromEntries(REJECT_REASONS.map((reason, code) => [reason, code])) as {
  readonly [Reason in RejectReason]: number
}

/** Whether what does not trade at once may rest. */
export function staysOpen(timeInForce: number): boolean {
  return timeInForce !== FORCE_IOC && timeInForce !== FORCE_FOK
}
