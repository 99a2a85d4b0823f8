// Why a balance changed. The place in the list is the code on the wire: append only.

export const BALANCE_REASONS = ['Trade', 'Credit', 'Debit', 'Hold', 'Release'] as const
export type BalanceReason = (typeof BALANCE_REASONS)[number]
