// Account ids that belong to the venue itself. Per asset the sum over all accounts is zero at
// every instant: what a client owns, EXTERNAL owes.

/** The world outside: the other side of every deposit and withdrawal. Its balance is negative. */
export const EXTERNAL_ACCOUNT = 1
/** Where fees go. */
export const FEE_ACCOUNT = 2
/** Pays what a bankrupt account cannot. */
export const INSURANCE_ACCOUNT = 3
/**
 * The other side of every profit and loss that a perpetual's position realises. Longs and shorts do
 * not realise at the same instant; what one side is owed meanwhile stands here. Its balance of an
 * asset is always minus the sum of the costs of all open positions in it: zero when all are closed.
 */
export const CLEARING_ACCOUNT = 4
/** Ids below this are the venue's own. */
export const FIRST_CLIENT_ACCOUNT = 1000
