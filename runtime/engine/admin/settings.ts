// OpenAccount, SetLimits, SetFeeTier, SetKillSwitch.

import type { OpenAccount, SetFeeTier, SetKillSwitch, SetLimits } from '#domain/command.ts'
import { isFeeRate, isLimit } from '#domain/listing.ts'
import { ACCOUNT_EXTRA, accountExtra, isKilled, setKilled } from '../accounts/account-extras.ts'
import { ACCOUNT, ACCOUNT_NUMBER_MAX, FEE_UNSET } from '../accounts/accounts.ts'
import { POSITION } from '../accounts/positions.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { setOrderRate } from '../lifetime/order-rate.ts'
import { NONE } from '../memory/slot-pool.ts'
import { openPosition } from '../risk/exposure.ts'

const INT32_MAX = 2_147_483_647

/** Opens an account; one that is open already is answered the same. */
export function openAccount(s: EngineState, command: OpenAccount): number {
  const { account } = command
  if (!Number.isSafeInteger(account) || account < 1 || account > ACCOUNT_NUMBER_MAX) {
    return REJECT.Malformed
  }
  const known = s.accounts.find(account)
  announceAccount(s, known === NONE ? s.accounts.open(account) : known, command.traceId)
  return 0
}

/** Sets the limits of an account; null leaves one as it is, 0 means none. */
export function setLimits(s: EngineState, command: SetLimits): number {
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  const maxOpenOrders = command.maxOpenOrders ?? null
  const maxPosition = command.maxPosition ?? null
  const maxOrdersPerSecond = command.maxOrdersPerSecond ?? null
  for (const count of [maxOpenOrders, maxOrdersPerSecond]) {
    if (count !== null && (!isLimit(count) || count > INT32_MAX)) return REJECT.InvalidTransition
  }
  if (maxPosition !== null) {
    const instrument = s.findInstrument(maxPosition.instrumentId)
    if (instrument === undefined) return REJECT.UnknownInstrument
    if (!isLimit(maxPosition.lots)) return REJECT.InvalidTransition
    const position = openPosition(s, account, instrument)
    s.positions.setNumber(position, POSITION.maxPosition, maxPosition.lots)
  }
  if (maxOpenOrders !== null) s.accounts.set(account, ACCOUNT.maxOpenOrders, maxOpenOrders)
  if (maxOrdersPerSecond !== null) setOrderRate(s, account, maxOrdersPerSecond)
  announceAccount(s, account, command.traceId)
  return 0
}

/** Sets an account's own rates; null: the instrument's. Open orders keep theirs. */
export function setFeeTier(s: EngineState, command: SetFeeTier): number {
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  const maker = command.makerFeePpm ?? null
  const taker = command.takerFeePpm ?? null
  if (maker !== null && !isFeeRate(maker)) return REJECT.InvalidTransition
  if (taker !== null && !isFeeRate(taker)) return REJECT.InvalidTransition
  s.accounts.set(account, ACCOUNT.makerFeePpm, maker ?? FEE_UNSET)
  s.accounts.set(account, ACCOUNT.takerFeePpm, taker ?? FEE_UNSET)
  announceAccount(s, account, command.traceId)
  return 0
}

/** Stops or lets pass the new orders of an account, or of all (account 0). */
export function setKillSwitch(s: EngineState, command: SetKillSwitch): number {
  if (typeof command.engaged !== 'boolean') return REJECT.Malformed
  if (command.account === 0) {
    s.isVenueHalted = command.engaged
    s.sink.rare({
      type: 'VenueChanged',
      cmdIndex: s.cmdIndex,
      account: 0,
      traceId: command.traceId,
      killSwitch: command.engaged,
    })
    return 0
  }
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  setKilled(s, account, command.engaged)
  announceAccount(s, account, command.traceId)
  return 0
}

/** Says how an account stands. */
export function announceAccount(s: EngineState, slot: number, traceId: string): void {
  const maker = s.accounts.get(slot, ACCOUNT.makerFeePpm)
  const taker = s.accounts.get(slot, ACCOUNT.takerFeePpm)
  s.sink.rare({
    type: 'AccountChanged',
    cmdIndex: s.cmdIndex,
    account: s.accounts.numberOf(slot),
    traceId,
    killSwitch: isKilled(s.accounts.get(slot, ACCOUNT.gate)),
    maxOpenOrders: s.accounts.get(slot, ACCOUNT.maxOpenOrders),
    makerFeePpm: maker === FEE_UNSET ? null : maker,
    takerFeePpm: taker === FEE_UNSET ? null : taker,
    maxPositions: ownLimitsOf(s, slot),
    maxOrdersPerSecond: accountExtra(s, slot, ACCOUNT_EXTRA.maxOrdersPerSecond),
    deadManTimeoutMs: accountExtra(s, slot, ACCOUNT_EXTRA.deadManTimeoutMs),
  })
}

/** The limits of position that are the account's own, by instrument. */
function ownLimitsOf(s: EngineState, slot: number): { instrumentId: number; lots: number }[] {
  const limits: { instrumentId: number; lots: number }[] = []
  // Who renews a switch comes here often: most instruments are passed by without a lookup.
  for (const instrument of s.instruments) {
    if (!instrument?.keepsPositions) continue
    const position = s.positions.find(slot, instrument.id)
    if (position === NONE) continue
    const lots = s.positions.getNumber(position, POSITION.maxPosition)
    if (lots >= 0) limits.push({ instrumentId: instrument.id, lots })
  }
  return limits
}
