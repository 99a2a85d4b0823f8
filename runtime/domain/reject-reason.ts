// Every reason for which the engine says no, in the order in which the checks run; the first that
// fails is the answer. Its place is its code on the wire: append only.

export const REJECT_REASONS = [
  'None',
  'VenueHalted', // venue kill switch
  'UnknownAccount',
  'AccountBlocked', // account kill switch
  'UnknownInstrument',
  'TradingStateForbids',
  'InvalidQty', // zero, negative, below minQty, above maxQty
  'InvalidLot', // not a whole number of lots (only possible outside the engine)
  'InvalidPrice', // zero, negative or not a whole number of ticks
  'InvalidNotional', // below minNotional or above maxNotional
  'PriceBand', // further from the reference price than the instrument's band
  'DuplicateClOrdID',
  'TooManyOpenOrders',
  'OrderRateExceeded',
  'PositionLimit', // position plus all open orders on that side
  'InsufficientFunds',
  'PostOnlyWouldCross',
  'FokCannotFill',
  'UnknownOrder', // cancel, replace: no such open order of this account
  'UnsupportedOrder', // combination of type, time in force and flags that has no meaning
  'DuplicateTransferId',
  'UnknownAsset',
  'InvalidAmount',
  'InvalidListing', // ListInstrument: scales, bounds or notional do not fit
  'DuplicateInstrument',
  'InvalidTransition', // trading state, settings
  'Overflow', // a balance or notional would leave 64 bits
  'Malformed',
  'ReduceOnlyWouldIncrease', // no position to reduce, or open orders reduce all of it already
  'NotLiquidatable', // Liquidate: equity is not below maintenance margin
  'StopPxRequired', // a stop or take-profit without stopPx, a trailing stop without its offset
  'Expired', // GTD whose expireTimeNs is not in the future
  'CancelFailed', // CancelReplace StopOnFailure: the order to cancel is not there
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]
