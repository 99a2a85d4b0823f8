// What belongs to the caller's account: questions to the functions, money through the engine.

import {
  AlertBody,
  AlertParams,
  type AlertRequest,
  AlertSchema,
  AlertsSchema,
  BalancesSchema,
  EntriesPage,
  EntriesQuery,
  LimitsSchema,
  MinSeqQuery,
  PortfolioQuery,
  PortfolioSchema,
  PositionsSchema,
  TransferBody,
  TransferSchema,
} from '#contracts/api/account.ts'
import { answers, NoContent } from '#contracts/api/fields.ts'
import { InputError } from '#contracts/errors.ts'
import type { App } from '../app.ts'
import type { GatewayParts } from '../parts.ts'
import { askOwn, callerOf, withSeq } from './caller.ts'

const tags = ['account']
const reading = { access: 'read' } as const

/** Adds the routes. */
export function addAccountRoutes(app: App, parts: GatewayParts): void {
  addQueryRoutes(app, parts)
  addTransferRoutes(app, parts)
  addAlertRoutes(app, parts)
}

function addQueryRoutes(app: App, parts: GatewayParts): void {
  app.get(
    '/v1/balances',
    {
      config: reading,
      schema: { tags, querystring: MinSeqQuery, response: answers(200, BalancesSchema) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const answer = await askOwn(parts, caller, ['ledger', 'balances'], request.query)
      return reply.send(withSeq(answer))
    },
  )
  app.get(
    '/v1/positions',
    {
      config: reading,
      schema: { tags, querystring: MinSeqQuery, response: answers(200, PositionsSchema) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const answer = await askOwn(parts, caller, ['positions', 'list'], request.query)
      return reply.send(withSeq(answer))
    },
  )
  app.get(
    '/v1/portfolio',
    {
      config: reading,
      schema: { tags, querystring: PortfolioQuery, response: answers(200, PortfolioSchema) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const answer = await askOwn(parts, caller, ['portfolio', 'get'], request.query)
      return reply.send(withSeq(answer))
    },
  )
  app.get(
    '/v1/ledger/entries',
    {
      config: reading,
      schema: { tags, querystring: EntriesQuery, response: answers(200, EntriesPage) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const answer = await askOwn(parts, caller, ['ledger', 'entries'], {
        limit: 100,
        ...request.query,
      })
      return reply.send(withSeq(answer))
    },
  )
  app.get(
    '/v1/limits',
    { config: reading, schema: { tags, response: answers(200, LimitsSchema) } },
    async (request, reply) => {
      const caller = callerOf(request)
      const { accountId } = caller
      const { rpc } = parts
      const [limits, exposure] = await Promise.all([
        rpc.call('risk', 'limits', { accountId }, caller),
        rpc.call('risk', 'exposure', { accountId }, caller),
      ])
      return reply.send({ ...(limits.result as object), ...exposureOf(exposure.result) })
    },
  )
}

const exposureOf = (result: unknown): object =>
  Array.isArray(result) ? { exposure: result } : (result as object)

function addTransferRoutes(app: App, { accounts }: GatewayParts): void {
  const kinds = [
    ['/v1/deposits', 'Credit'],
    ['/v1/withdrawals', 'Debit'],
  ] as const
  for (const [path, type] of kinds) {
    app.post(
      path,
      {
        config: { access: 'transfer' },
        schema: { tags, body: TransferBody, response: answers(201, TransferSchema) },
      },
      async (request, reply) => {
        const { accountId: account, traceId } = callerOf(request)
        const result = await accounts.transfer(type, request.body, { account, traceId })
        return reply.code(201).send(result)
      },
    )
  }
}

function addAlertRoutes(app: App, { rpc, catalogue }: GatewayParts): void {
  app.post(
    '/v1/alerts',
    {
      config: { access: 'trade' },
      schema: { tags, body: AlertBody, response: answers(201, AlertSchema) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      assertAlert(request.body)
      const { symbol, price } = request.body
      if (symbol !== undefined) {
        const { format } = catalogue.bySymbol(symbol)
        if (price !== undefined) assertPositive(format.parsePrice(price, 'price'))
      }
      const params = { ...request.body, accountId: caller.accountId }
      return reply.code(201).send((await rpc.call('alerts', 'create', params, caller)).result)
    },
  )
  app.get(
    '/v1/alerts',
    { config: reading, schema: { tags, response: answers(200, AlertsSchema) } },
    async (request, reply) => {
      const caller = callerOf(request)
      const { accountId } = caller
      return reply.send((await rpc.call('alerts', 'list', { accountId }, caller)).result)
    },
  )
  app.delete(
    '/v1/alerts/:alertId',
    {
      config: { access: 'trade' },
      schema: { tags, params: AlertParams, response: answers(204, NoContent) },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const params = { accountId: caller.accountId, alertId: request.params.alertId }
      await rpc.call('alerts', 'remove', params, caller)
      return reply.code(204).send(null)
    },
  )
}

/** Which fields belong to which kind. Errors: TE_INPUT_FIELD. */
function assertAlert({ kind, symbol, price, orderID }: AlertRequest): void {
  const isPrice = kind !== 'OrderFilled'
  if (isPrice && symbol === undefined) throw wrong('symbol', `${kind} needs a symbol`)
  if (isPrice && price === undefined) throw wrong('price', `${kind} needs a price`)
  if (isPrice && orderID !== undefined) throw wrong('orderID', `${kind} has no orderID`)
  if (!isPrice && price !== undefined) throw wrong('price', `${kind} has no price`)
  if (!isPrice && symbol !== undefined) throw wrong('symbol', `${kind} has no symbol`)
}

const wrong = (field: string, message: string) => new InputError('TE_INPUT_FIELD', message, field)

function assertPositive(ticks: number): void {
  if (ticks > 0) return
  throw new InputError('TE_INPUT_DECIMAL', 'price must be greater than zero', 'price')
}
