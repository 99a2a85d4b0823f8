// The closed sets of an order's life, in FIX 4.4's words. A set's order is its code on the wire
// (contracts/*-codec.ts) and in snapshots: append only, never reorder.

export const SIDES = ['Buy', 'Sell'] as const
export type Side = (typeof SIDES)[number]

export const ORD_TYPES = [
  'Limit',
  'Market',
  'Stop',
  'StopLimit',
  'TakeProfit',
  'TakeProfitLimit',
  'TrailingStop',
] as const
export type OrdType = (typeof ORD_TYPES)[number]

export const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'DAY', 'GTD', 'GFA'] as const
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

export const STP_MODES = ['None', 'ExpireTaker', 'ExpireMaker', 'ExpireBoth', 'Decrement'] as const
export type StpMode = (typeof STP_MODES)[number]

/** How far a trailing stop stays behind: in ticks, or in parts per million of the price. */
export const TRAILING_OFFSET_UNITS = ['Ticks', 'Ppm'] as const
export type TrailingOffsetUnit = (typeof TRAILING_OFFSET_UNITS)[number]

export const CONTINGENCY_TYPES = ['OneCancelsOther', 'Bracket'] as const
export type ContingencyType = (typeof CONTINGENCY_TYPES)[number]

export const CANCEL_REPLACE_MODES = ['StopOnFailure', 'AllowFailure'] as const
export type CancelReplaceMode = (typeof CANCEL_REPLACE_MODES)[number]

export const EXEC_TYPES = [
  'New',
  'Replaced',
  'Canceled',
  'Rejected',
  'Trade',
  'Expired',
  'TradePrevented',
  'Triggered',
] as const
export type ExecType = (typeof EXEC_TYPES)[number]

export const ORD_STATUSES = [
  'New',
  'PartiallyFilled',
  'Filled',
  'Canceled',
  'Rejected',
  'Expired',
  'PendingTrigger',
] as const
export type OrdStatus = (typeof ORD_STATUSES)[number]

/** Whether an order in this status can still trade or be canceled. */
export function isOpen(status: OrdStatus): boolean {
  return status === 'New' || status === 'PartiallyFilled' || status === 'PendingTrigger'
}
