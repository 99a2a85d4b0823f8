// The commands that travel seldom. They come from JSON, so a field may be anything: each rule checks
// what it uses, and whatever does not hold is answered with one CommandRejected.

import type { AdminCommand } from '#domain/command.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'
import { ACCOUNT_NUMBER_MAX } from '../accounts/accounts.ts'
import { setTradingState } from '../auction/set-trading-state.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS } from '../hot-command.ts'
import { passTime } from '../lifetime/clock.ts'
import { setDeadMan } from '../lifetime/dead-man.ts'
import { newOrderList } from '../lists/new-order-list.ts'
import { liquidate } from '../margin/liquidation.ts'
import { setMark } from '../margin/marks.ts'
import { cancelReplace } from '../orders/cancel-replace.ts'
import { massCancel } from '../orders/mass-cancel.ts'
import { stateHash } from '../snapshot/state-hash.ts'
import { idToWords, NO_TRACE } from '../words.ts'
import { amendInstrument, listInstrument } from './listing.ts'
import { openAccount, setFeeTier, setKillSwitch, setLimits } from './settings.ts'
import { transfer } from './transfers.ts'

const transferId = new Int32Array(ID_WORDS)

/** Obeys a command, or reports why not. */
export function administer(s: EngineState, raw: AdminCommand): void {
  const { account, type } = raw
  const isAccount = Number.isSafeInteger(account) && account >= 0 && account <= ACCOUNT_NUMBER_MAX
  const traceId = typeof raw.traceId === 'string' ? raw.traceId : NO_TRACE
  const command = traceId === raw.traceId ? raw : { ...raw, traceId }
  const reason = isAccount ? obey(s, command) : REJECT.Malformed
  if (reason === 0) return
  const id = 'transferId' in raw ? raw.transferId : ''
  s.sink.rare({
    type: 'CommandRejected',
    cmdIndex: s.cmdIndex,
    account: isAccount ? account : 0,
    traceId,
    command: typeof type === 'string' ? type : '',
    rejectReason: REJECT_REASONS[reason] ?? 'Malformed',
    transferId: typeof id === 'string' ? id : '',
  })
}

function obey(s: EngineState, command: AdminCommand): number {
  switch (command.type) {
    case 'OpenAccount':
      return openAccount(s, command)
    case 'Credit':
    case 'Debit':
      if (!idToWords(command.transferId, transferId)) return REJECT.Malformed
      return transfer(s, command, transferId)
    case 'SetLimits':
      return setLimits(s, command)
    case 'SetFeeTier':
      return setFeeTier(s, command)
    case 'SetKillSwitch':
      return setKillSwitch(s, command)
    case 'ListInstrument':
      return listInstrument(s, command)
    case 'AmendInstrument':
      return amendInstrument(s, command)
    case 'SetTradingState':
      return setTradingState(s, command)
    case 'NewOrderList':
      return newOrderList(s, command)
    case 'MassCancel':
      return massCancel(s, command)
    case 'CancelReplace':
      return cancelReplace(s, command)
    case 'SetDeadMan':
      return setDeadMan(s, command)
    case 'SetMark':
      return setMark(s, command)
    case 'Liquidate':
      return liquidate(s, command)
    case 'Clock':
      return passTime(s, command)
    case 'HashState':
      s.sink.rare({
        type: 'StateHash',
        cmdIndex: s.cmdIndex,
        account: command.account,
        traceId: command.traceId,
        hash: stateHash(s),
      })
      return 0
    default:
      // Not of this version: refused, whatever it is.
      return REJECT.Malformed
  }
}
