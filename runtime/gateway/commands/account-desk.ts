// Commands about accounts and the venue: opening, money in and out, settings, listings. Seldom, so
// each is a promise of its one event.

import { randomUUID } from 'node:crypto'
import type { TransferRequest } from '#contracts/api/account.ts'
import { formatAmount, parseAmount } from '#contracts/decimal.ts'
import { InputError } from '#contracts/errors.ts'
import type { AdminCommand } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import type { Catalogue } from '../catalogue.ts'
import type { EventRouter } from '../events/router.ts'
import { internalRefusal, Refusal } from '../refusal.ts'
import type { Origin } from './order-commands.ts'
import { refusalIn } from './order-result.ts'
import type { CommandPipeline } from './pipeline.ts'

type EventOf<T extends EngineEvent['type']> = Extract<EngineEvent, { type: T }>

export interface AccountDesk {
  /** Sends a command and answers its event of one type. Errors: Refusal, OperationalError. */
  readonly execute: <T extends EngineEvent['type']>(
    command: AdminCommand,
    answer: T,
  ) => Promise<EventOf<T> & { readonly seq: number }>
  /** The same for a command that may have several of them; at least one. */
  readonly executeAll: <T extends EngineEvent['type']>(
    command: AdminCommand,
    answer: T,
  ) => Promise<{ readonly events: readonly EventOf<T>[]; readonly seq: number }>
  /** Opens the engine's account if this gateway does not know that it is open. */
  readonly ensureOpen: (origin: Origin) => Promise<void>
  /** Brings or takes demo money. Errors: TE_INPUT_*, TE_REJECT_*. */
  readonly transfer: (
    type: 'Credit' | 'Debit',
    request: TransferRequest,
    origin: Origin,
  ) => Promise<object>
}

/** Makes the desk. */
export function createAccountDesk(parts: {
  readonly pipeline: Pick<CommandPipeline, 'execute'>
  readonly catalogue: Catalogue
  readonly router: Pick<EventRouter, 'hasAccount'>
  /** Largest demo deposit, in whole units. */
  readonly depositMax: string
}): AccountDesk {
  const { pipeline, catalogue, router } = parts
  const executeAll: AccountDesk['executeAll'] = async (command, answer) => {
    const { events, seq } = await pipeline.execute(command)
    const refused = refusalIn(events, seq)
    if (refused !== undefined) throw refused
    const found = events.filter((event) => event.type === answer)
    if (found.length === 0) throw internalRefusal()
    return { events: found as EventOf<typeof answer>[], seq }
  }
  const execute: AccountDesk['execute'] = async (command, answer) => {
    const { events, seq } = await executeAll(command, answer)
    return { ...(events[0] as EventOf<typeof answer>), seq }
  }
  const ensureOpen: AccountDesk['ensureOpen'] = async (origin) => {
    if (router.hasAccount(origin.account)) return
    // An account that is open already answers with its settings, or as a repeat: both are good.
    await pipeline.execute({ type: 'OpenAccount', ...origin })
  }
  return {
    execute,
    executeAll,
    ensureOpen,
    transfer: async (type, request, origin) => {
      const command = transferCommand(type, request, origin, catalogue, parts.depositMax)
      await ensureOpen(origin)
      const changed = await execute(command, 'BalanceChanged')
      const { scale, name } = catalogue.assetById(changed.assetId) ?? { scale: 0, name: '' }
      return {
        transferId: command.transferId,
        asset: name,
        amount: formatAmount(command.amount, scale),
        balance: formatAmount(changed.balance, scale),
        seq: changed.seq,
        duplicate: changed.duplicate,
      }
    },
  }
}

function transferCommand(
  type: 'Credit' | 'Debit',
  request: TransferRequest,
  origin: Origin,
  catalogue: Catalogue,
  depositMax: string,
) {
  const asset = catalogue.assetByName(request.asset)
  if (asset === undefined) {
    throw new Refusal('TE_REJECT_UNKNOWN_ASSET', 'no such asset', { status: 404, field: 'asset' })
  }
  const amount = parseAmount(request.amount, asset.scale, 'amount')
  if (amount <= 0n) {
    throw new InputError('TE_INPUT_DECIMAL', 'amount must be greater than zero', 'amount')
  }
  if (type === 'Credit' && amount > parseAmount(depositMax, asset.scale, 'amount')) {
    const message = `a demo deposit is at most ${depositMax}`
    throw new Refusal('TE_REJECT_INVALID_AMOUNT', message, { status: 422, field: 'amount' })
  }
  const transferId = request.transferId ?? randomUUID()
  return { type, ...origin, asset: asset.name, amount, transferId } as const
}
