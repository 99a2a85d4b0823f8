// Commands about more than one order: cancel and replace in one, lists, the dead-man switch.

import { type Static, Type } from 'typebox'
import { CANCEL_REPLACE_MODES, CONTINGENCY_TYPES } from '#domain/order.ts'
import { ClientId, Id, SeqField, strict } from './fields.ts'
import { NewOrderBody, OrderResultSchema } from './orders.ts'

export const cancelReplaceFields = {
  mode: Type.Optional(
    Type.Enum([...CANCEL_REPLACE_MODES], {
      default: 'StopOnFailure',
      description: 'StopOnFailure: no new order when there is nothing to cancel',
    }),
  ),
  orderID: Type.Optional(Id),
  origClOrdID: Type.Optional(ClientId),
  order: NewOrderBody,
}
export const CancelReplaceBody = strict(cancelReplaceFields)
export type CancelReplaceRequest = Static<typeof CancelReplaceBody>

const ResultOrNull = Type.Union([OrderResultSchema, Type.Null()])
const CodeOrNull = Type.Union([Type.String({ examples: ['TE_REJECT_UNKNOWN_ORDER'] }), Type.Null()])

/** What each half did; a refusal is answered only when neither did anything. */
export const CancelReplaceResultSchema = Type.Object({
  canceled: ResultOrNull,
  cancelReject: CodeOrNull,
  order: ResultOrNull,
  orderReject: CodeOrNull,
  seq: SeqField,
})
export type CancelReplaceResult = Static<typeof CancelReplaceResultSchema>

export const orderListFields = {
  contingencyType: Type.Enum([...CONTINGENCY_TYPES], {
    description: 'OneCancelsOther: two orders of one side. Bracket: entry, take-profit, stop-loss.',
  }),
  orders: Type.Array(NewOrderBody, { minItems: 2, maxItems: 3 }),
}
export const OrderListBody = strict(orderListFields)
export type OrderListRequest = Static<typeof OrderListBody>

/** The orders of a list, in the order in which they were given. */
export const OrderListResultSchema = Type.Object({
  contingencyType: Type.Enum([...CONTINGENCY_TYPES]),
  orders: Type.Array(OrderResultSchema),
  seq: SeqField,
})
export type OrderListResult = Static<typeof OrderListResultSchema>

export const deadManFields = {
  timeoutMs: Type.Integer({
    minimum: 0,
    maximum: 86_400_000,
    description: 'All open orders are canceled unless this is sent again in time; 0 disarms',
  }),
}
export const DeadManBody = strict(deadManFields)
export const DeadManSchema = Type.Object({ timeoutMs: Type.Integer(), seq: SeqField })
