// Orders of REST and of sockets take this one way: command, log, events, answer.

import type { OrderResult } from '#contracts/api/orders.ts'
import type { CancelReplace, MassCancel, NewOrderList, SetDeadMan } from '#domain/command.ts'
import type { Catalogue, Listed } from '../catalogue.ts'
import type { EventRouter } from '../events/router.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import type { Rpc, RpcContext } from '../rpc.ts'
import type { OrderTarget, Origin } from './order-commands.ts'
import {
  cancelReplaceResult,
  deadManResult,
  massCancelResult,
  type OrderCommand,
  orderListResult,
  orderResult,
} from './order-result.ts'
import type { CommandOutcome, CommandPipeline } from './pipeline.ts'

/** What a client may ask about orders. */
export type DeskCommand = OrderCommand | CancelReplace | NewOrderList | MassCancel | SetDeadMan

/** The answer to an order command. */
export type DeskAnswer = OrderResult | object | Refusal

export interface OrderDesk {
  /** Sends a command; `onAnswer` is called once, later. */
  readonly submit: (command: DeskCommand, onAnswer: (answer: DeskAnswer) => void) => void
  /** The same as a promise. Errors: Refusal. */
  readonly execute: (command: DeskCommand) => Promise<object>
  /**
   * The instrument of an order that is to be replaced: named by the client, known from its events,
   * or looked up in the history (a promise then). Errors: TE_NOT_FOUND_*, TE_INPUT_FIELD.
   */
  readonly instrumentOf: (
    target: OrderTarget,
    symbol: string | undefined,
    origin: Origin,
    context?: Pick<RpcContext, 'signal'>,
  ) => Listed | Promise<Listed>
}

/** Makes the desk. */
export function createOrderDesk(parts: {
  readonly pipeline: CommandPipeline
  readonly catalogue: Catalogue
  readonly router: EventRouter
  readonly rpc: Rpc
}): OrderDesk {
  const { pipeline, catalogue, router } = parts
  const submit: OrderDesk['submit'] = (command, onAnswer) =>
    pipeline.submit(command, (outcome) => onAnswer(answerOf(command, outcome, catalogue)))
  return {
    submit,
    execute: async (command) => {
      const answer = await new Promise<DeskAnswer>((resolve) => submit(command, resolve))
      if (answer instanceof Refusal) throw answer
      return answer
    },
    instrumentOf: (target, symbol, origin, context = {}) => {
      const named = symbol === undefined ? undefined : catalogue.bySymbol(symbol)
      const seen = catalogue.byId(router.instrumentOf(target.orderID, origin.account) ?? -1)
      if (named !== undefined && seen !== undefined && named !== seen) {
        throw new Refusal('TE_INPUT_FIELD', 'the order is of another instrument', {
          field: 'symbol',
        })
      }
      return seen ?? named ?? lookUp(parts, target, origin, context)
    },
  }
}

function answerOf(command: DeskCommand, outcome: CommandOutcome, catalogue: Catalogue): DeskAnswer {
  if (!outcome.ok) return refusalOf(outcome.error) as Refusal
  switch (command.type) {
    case 'MassCancel':
      return massCancelResult(outcome)
    case 'SetDeadMan':
      return deadManResult(command, outcome)
    case 'CancelReplace':
      return cancelReplaceResult(command, outcome, catalogue)
    case 'NewOrderList':
      return orderListResult(command, outcome, catalogue)
    default:
      return orderResult(command, outcome, catalogue)
  }
}

async function lookUp(
  { rpc, catalogue, router }: { rpc: Rpc; catalogue: Catalogue; router: EventRouter },
  { orderID, origClOrdID }: OrderTarget,
  { account, traceId }: Origin,
  context: Pick<RpcContext, 'signal'>,
): Promise<Listed> {
  const which = orderID === 0 ? { clOrdID: origClOrdID } : { orderID }
  const minSeq = router.lastSeqOf(account)
  const params = { accountId: account, ...which, ...(minSeq === 0 ? {} : { minSeq }) }
  const { result } = await rpc.call('orders', 'get', params, { traceId, ...context })
  return catalogue.bySymbol((result as { symbol: string }).symbol)
}
