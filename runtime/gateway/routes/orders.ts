// Orders over REST: commands through the desk, questions to the orders function.

import { answers } from '#contracts/api/fields.ts'
import {
  CancelReplaceBody,
  CancelReplaceResultSchema,
  DeadManBody,
  DeadManSchema,
  OrderListBody,
  OrderListResultSchema,
} from '#contracts/api/order-groups.ts'
import {
  ExecutionsPage,
  ExecutionsQuery,
  MassCancelQuery,
  MassCancelResultSchema,
  NewOrderBody,
  OrderParams,
  OrderResultSchema,
  OrderSchema,
  OrdersPage,
  OrdersQuery,
  ReplaceOrderBody,
} from '#contracts/api/orders.ts'
import type { App } from '../app.ts'
import {
  cancelOrder,
  cancelReplace,
  massCancel,
  newOrder,
  orderList,
  replaceOrder,
  setDeadMan,
} from '../commands/order-commands.ts'
import type { GatewayParts } from '../parts.ts'
import { askOwn, callerOf, ownQuery, withSeq } from './caller.ts'

const tags = ['orders']

/** Adds the routes. */
export function addOrderRoutes(app: App, parts: GatewayParts): void {
  addCommandRoutes(app, parts)
  addGroupRoutes(app, parts)
  addQueryRoutes(app, parts)
}

function addCommandRoutes(app: App, { desk, catalogue, rates }: GatewayParts): void {
  const config = { access: 'trade' } as const
  app.post(
    '/v1/orders',
    {
      config,
      schema: { tags, body: NewOrderBody, response: answers(201, OrderResultSchema) },
    },
    async (request, reply) => {
      const { accountId: account, traceId } = callerOf(request)
      rates.passOrder(account)
      const command = newOrder(request.body, { account, traceId }, catalogue)
      return reply.code(201).send(await desk.execute(command))
    },
  )
  app.put(
    '/v1/orders/:orderID',
    {
      config,
      schema: {
        tags,
        params: OrderParams,
        body: ReplaceOrderBody,
        response: answers(200, OrderResultSchema),
      },
    },
    async (request, reply) => {
      const { accountId: account, traceId, signal } = callerOf(request)
      rates.passOrder(account)
      const origin = { account, traceId }
      const target = { orderID: request.params.orderID, origClOrdID: '' }
      const listed = await desk.instrumentOf(target, request.body.symbol, origin, { signal })
      return reply.send(await desk.execute(replaceOrder(request.body, target, origin, listed)))
    },
  )
  app.delete(
    '/v1/orders/:orderID',
    {
      config,
      schema: { tags, params: OrderParams, response: answers(200, OrderResultSchema) },
    },
    async (request, reply) => {
      const { accountId: account, traceId } = callerOf(request)
      rates.passOrder(account)
      const target = { orderID: request.params.orderID, origClOrdID: '' }
      return reply.send(await desk.execute(cancelOrder(target, { account, traceId })))
    },
  )
  app.delete(
    '/v1/orders',
    {
      config,
      schema: {
        tags,
        querystring: MassCancelQuery,
        response: answers(200, MassCancelResultSchema),
      },
    },
    async (request, reply) => {
      const { accountId: account, traceId } = callerOf(request)
      rates.passOrder(account)
      const command = massCancel(request.query, { account, traceId }, catalogue)
      return reply.send(await desk.execute(command))
    },
  )
}

/** Commands about more than one order. */
function addGroupRoutes(app: App, { desk, catalogue, rates }: GatewayParts): void {
  const config = { access: 'trade' } as const
  app.post(
    '/v1/orders/cancel-replace',
    {
      config,
      schema: { tags, body: CancelReplaceBody, response: answers(200, CancelReplaceResultSchema) },
    },
    async (request, reply) => {
      const { accountId: account, traceId } = callerOf(request)
      rates.passOrder(account)
      const command = cancelReplace(request.body, { account, traceId }, catalogue)
      return reply.send(await desk.execute(command))
    },
  )
  app.post(
    '/v1/order-lists',
    {
      config,
      schema: { tags, body: OrderListBody, response: answers(201, OrderListResultSchema) },
    },
    async (request, reply) => {
      const { accountId: account, traceId } = callerOf(request)
      rates.passOrder(account)
      const command = orderList(request.body, { account, traceId }, catalogue)
      return reply.code(201).send(await desk.execute(command))
    },
  )
  app.put(
    '/v1/dead-man',
    { config, schema: { tags, body: DeadManBody, response: answers(200, DeadManSchema) } },
    async (request, reply) => {
      const { accountId: account, traceId } = callerOf(request)
      rates.passOrder(account)
      const command = setDeadMan(request.body.timeoutMs, { account, traceId })
      return reply.send(await desk.execute(command))
    },
  )
}

function addQueryRoutes(app: App, { rpc, router }: GatewayParts): void {
  const config = { access: 'read' } as const
  app.get(
    '/v1/orders/:orderID',
    { config, schema: { tags, params: OrderParams, response: answers(200, OrderSchema) } },
    async (request, reply) => {
      const caller = callerOf(request)
      const params = ownQuery(caller, { orderID: request.params.orderID }, router)
      return reply.send((await rpc.call('orders', 'get', params, caller)).result)
    },
  )
  app.get(
    '/v1/orders',
    { config, schema: { tags, querystring: OrdersQuery, response: answers(200, OrdersPage) } },
    async (request, reply) => {
      const caller = callerOf(request)
      const { clOrdID, ...filter } = request.query
      if (clOrdID !== undefined) {
        const params = ownQuery(caller, { clOrdID, ...minSeqOf(filter) }, router)
        const { result, seq = 0 } = await rpc.call('orders', 'get', params, caller)
        return reply.send({ orders: [result], nextCursor: null, seq })
      }
      const asked = { status: 'open', limit: 100, ...filter }
      return reply.send(withSeq(await askOwn({ rpc, router }, caller, ['orders', 'list'], asked)))
    },
  )
  app.get(
    '/v1/executions',
    {
      config,
      schema: { tags, querystring: ExecutionsQuery, response: answers(200, ExecutionsPage) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const asked = { limit: 100, ...request.query }
      const answer = await askOwn({ rpc, router }, caller, ['orders', 'executions'], asked)
      return reply.send(withSeq(answer))
    },
  )
}

const minSeqOf = ({ minSeq }: { readonly minSeq?: number }) =>
  minSeq === undefined ? {} : { minSeq }
