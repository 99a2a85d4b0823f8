// Credit and Debit: money from and to the outside. EXTERNAL holds the other side, so that per asset
// the sum over all accounts stays zero. A transferId counts once: the answer to a repeat is the
// balance as it stands, delta 0, duplicate true; the repeat of a refused one is DuplicateTransferId.

import { CLEARING_ACCOUNT, EXTERNAL_ACCOUNT, INSURANCE_ACCOUNT } from '#domain/accounts.ts'
import type { Transfer } from '#domain/command.ts'
import { REASON_CREDIT, REASON_DEBIT } from '../accounts/balances.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS } from '../hot-command.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { loadAvailable } from '../risk/available.ts'

/**
 * What the outside may owe in one asset: 2^63 less 2^61. The rest is room for what fees and
 * insurance may owe, so that no balance can leave 64 bits by trading.
 */
const EXTERNAL_DEBT_MAX = new Int64()
EXTERNAL_DEBT_MAX.setBigInt(-(2n ** 63n - 2n ** 61n))
const INT64_MAX = 2n ** 63n - 1n

const DONE = 1
const REFUSED = 0

const transferId = new Int32Array(ID_WORDS)
const amount = new Int64()
const available = new Int64()

/** Answers a code of REJECT_REASONS; 0 when answered. `id` has been read from the command. */
export function transfer(s: EngineState, command: Transfer, id: Int32Array): number {
  transferId.set(id)
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  // Of the venue's own accounts only the insurance is funded from outside.
  if (command.account <= CLEARING_ACCOUNT && command.account !== INSURANCE_ACCOUNT) {
    return REJECT.AccountBlocked
  }
  const asset = s.assets.find((known) => known.name === command.asset)
  if (asset === undefined) return REJECT.UnknownAsset
  const balance = s.balances.of(account, asset.assetId)
  const outside = s.balances.of(s.accounts.find(EXTERNAL_ACCOUNT), asset.assetId)
  const isCredit = command.type === 'Credit'
  const reason = isCredit ? REASON_CREDIT : REASON_DEBIT
  const hash = s.transferIds.hash(account, transferId)
  const first = s.transferIds.find(account, transferId, hash)
  if (first !== NONE) {
    if (s.transferIds.resultOf(first) === REFUSED) return REJECT.DuplicateTransferId
    s.reports.repeatTransfer(balance, reason, transferId)
    return 0
  }
  const refused = isCredit
    ? tryCredit(s, command.amount, balance, outside)
    : tryDebit(s, command.amount, balance, outside)
  const outcome = refused === 0 ? DONE : REFUSED
  s.transferIds.remember(account, transferId, hash, outcome)
  if (refused === 0) s.reports.flushTransfer(reason, transferId)
  return refused
}

function isAmount(value: unknown): value is bigint {
  return typeof value === 'bigint' && value > 0n && value <= INT64_MAX
}

function tryCredit(s: EngineState, value: unknown, balance: number, outside: number): number {
  if (!isAmount(value)) return REJECT.InvalidAmount
  amount.setBigInt(value)
  s.balances.loadBalance(outside, available)
  available.subtract(amount)
  if (available.isBelow(EXTERNAL_DEBT_MAX)) return REJECT.Overflow
  s.balances.credit(balance, amount)
  s.balances.debit(outside, amount)
  return 0
}

function tryDebit(s: EngineState, value: unknown, balance: number, outside: number): number {
  if (!isAmount(value)) return REJECT.InvalidAmount
  amount.setBigInt(value)
  loadAvailable(s, balance, available)
  if (available.isBelow(amount)) return REJECT.InsufficientFunds
  s.balances.debit(balance, amount)
  s.balances.credit(outside, amount)
  return 0
}
