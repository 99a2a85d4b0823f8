// For operators, with the admin token: listings, trading states, limits, fees, switches, the books.

import { TransferBody, TransferSchema } from '#contracts/api/account.ts'
import {
  AdminAccountParams,
  AdminAccountSchema,
  AmendInstrumentBody,
  FeesBody,
  KillSwitchBody,
  LimitsBody,
  LiquidationSchema,
  ListInstrumentBody,
  type ListInstrumentRequest,
  MarkBody,
  MarkSchema,
  ReconciliationSchema,
  SnapshotSchema,
  TradingStateBody,
  TrialBalanceSchema,
  VenueSchema,
} from '#contracts/api/admin.ts'
import { answers } from '#contracts/api/fields.ts'
import { InstrumentSchema, SymbolParams } from '#contracts/api/market.ts'
import { formatAmount, parseAmount, parseSteps } from '#contracts/decimal.ts'
import { InputError } from '#contracts/errors.ts'
import { INSURANCE_ACCOUNT } from '#domain/accounts.ts'
import type { AmendInstrument, ListInstrument } from '#domain/command.ts'
import { STP_MODES } from '#domain/order.ts'
import type { App } from '../app.ts'
import { instrumentView } from '../catalogue.ts'
import type { GatewayParts } from '../parts.ts'

const tags = ['admin']
const config = { access: 'admin' } as const
/** Commands about instruments and the venue are no account's. */
const VENUE = 0
const OPEN_ORDERS_DEFAULT = 1000

/** Adds the routes. */
export function addAdminRoutes(app: App, parts: GatewayParts): void {
  addInstrumentRoutes(app, parts)
  addMarginRoutes(app, parts)
  addAccountRoutes(app, parts)
  addVenueRoutes(app, parts)
}

function addInstrumentRoutes(app: App, { accounts, catalogue }: GatewayParts): void {
  const viewOf = (symbol: string) => instrumentView(catalogue.bySymbol(symbol))
  app.post(
    '/v1/admin/instruments',
    {
      config,
      schema: { tags, body: ListInstrumentBody, response: answers(201, InstrumentSchema) },
    },
    async ({ body, id }, reply) => {
      const { instrument } = await accounts.execute(listing(body, id), 'InstrumentChanged')
      return reply.code(201).send(viewOf(instrument.symbol))
    },
  )
  app.patch(
    '/v1/admin/instruments/:symbol',
    {
      config,
      schema: {
        tags,
        params: SymbolParams,
        body: AmendInstrumentBody,
        response: answers(200, InstrumentSchema),
      },
    },
    async ({ params: { symbol }, body, id }, reply) => {
      const { instrument, format } = catalogue.bySymbol(symbol)
      const { maxPosition } = body
      const command: AmendInstrument = {
        type: 'AmendInstrument',
        account: VENUE,
        traceId: id,
        instrumentId: instrument.instrumentId,
        priceBandPpm: body.priceBandPpm ?? null,
        makerFeePpm: body.makerFeePpm ?? null,
        takerFeePpm: body.takerFeePpm ?? null,
        maxOpenOrders: body.maxOpenOrders ?? null,
        maxPosition: maxPosition === undefined ? null : format.parseQty(maxPosition, 'maxPosition'),
        initialMarginPpm: body.initialMarginPpm ?? null,
        maintenanceMarginPpm: body.maintenanceMarginPpm ?? null,
        volatilityGuard: body.volatilityGuard ?? null,
      }
      await accounts.execute(command, 'InstrumentChanged')
      return reply.send(viewOf(symbol))
    },
  )
  app.put(
    '/v1/admin/instruments/:symbol/state',
    {
      config,
      schema: {
        tags,
        params: SymbolParams,
        body: TradingStateBody,
        response: answers(200, InstrumentSchema),
      },
    },
    async ({ params: { symbol }, body: { tradingState }, id }, reply) => {
      const { instrumentId } = catalogue.bySymbol(symbol).instrument
      const origin = { account: VENUE, traceId: id }
      const command = { type: 'SetTradingState', ...origin, instrumentId, tradingState } as const
      await accounts.execute(command, 'InstrumentChanged')
      return reply.send(viewOf(symbol))
    },
  )
}

function listing(body: ListInstrumentRequest, traceId: string): ListInstrument {
  const { tickSize, lotSize, quoteScale, symbol, baseAsset, quoteAsset } = body
  if (Number(tickSize) === 0) throw new InputError('TE_INPUT_DECIMAL', 'tickSize is 0', 'tickSize')
  if (Number(lotSize) === 0) throw new InputError('TE_INPUT_DECIMAL', 'lotSize is 0', 'lotSize')
  return {
    type: 'ListInstrument',
    account: VENUE,
    traceId,
    symbol,
    kind: body.kind ?? 'Spot',
    baseAsset,
    quoteAsset,
    baseScale: body.baseScale,
    quoteScale,
    tickSize,
    lotSize,
    minQty: parseSteps(body.minQty, lotSize, 'minQty'),
    maxQty: parseSteps(body.maxQty, lotSize, 'maxQty'),
    minNotional: parseAmount(body.minNotional, quoteScale, 'minNotional'),
    maxNotional: parseAmount(body.maxNotional, quoteScale, 'maxNotional'),
    priceBandPpm: body.priceBandPpm ?? 0,
    makerFeePpm: body.makerFeePpm,
    takerFeePpm: body.takerFeePpm,
    initialMarginPpm: body.initialMarginPpm ?? 0,
    maintenanceMarginPpm: body.maintenanceMarginPpm ?? 0,
    maxPosition: parseSteps(body.maxPosition ?? '0', lotSize, 'maxPosition'),
    maxOpenOrders: body.maxOpenOrders ?? OPEN_ORDERS_DEFAULT,
    allowedStpModes: body.allowedStpModes ?? [...STP_MODES],
    defaultStpMode: body.defaultStpMode ?? 'ExpireTaker',
    tradingState: body.tradingState ?? 'Open',
    volatilityGuard: body.volatilityGuard ?? null,
  }
}

/** Perpetuals: marks, and accounts that cannot carry what they hold. */
function addMarginRoutes(app: App, { accounts, catalogue }: GatewayParts): void {
  app.put(
    '/v1/admin/instruments/:symbol/mark',
    {
      config,
      schema: { tags, params: SymbolParams, body: MarkBody, response: answers(200, MarkSchema) },
    },
    async ({ params: { symbol }, body, id }, reply) => {
      const { instrument, format } = catalogue.bySymbol(symbol)
      const price = format.parsePrice(body.price, 'price')
      const { instrumentId } = instrument
      const command = { type: 'SetMark', account: VENUE, traceId: id, instrumentId, price } as const
      const { seq } = await accounts.execute(command, 'MarkChanged')
      return reply.send({ symbol, markPrice: format.price(price), seq })
    },
  )
  app.post(
    '/v1/admin/accounts/:accountId/liquidate',
    {
      config,
      schema: { tags, params: AdminAccountParams, response: answers(200, LiquidationSchema) },
    },
    async ({ params: { accountId }, id }, reply) => {
      const command = { type: 'Liquidate', account: accountId, traceId: id } as const
      const { events, seq } = await accounts.executeAll(command, 'Liquidated')
      const assets = events.map(({ assetId, ...event }) => {
        const { name = '', scale = 0 } = catalogue.assetById(assetId) ?? {}
        const amount = (minor: bigint) => formatAmount(minor, scale)
        return {
          asset: name,
          equityBefore: amount(event.equityBefore),
          maintenanceBefore: amount(event.maintenanceBefore),
          insurancePaid: amount(event.insurancePaid),
        }
      })
      const canceledCount = events[0]?.canceledCount ?? 0
      return reply.send({ accountId, canceledCount, assets, seq })
    },
  )
}

function addAccountRoutes(app: App, { accounts, catalogue }: GatewayParts): void {
  const schema = {
    tags,
    params: AdminAccountParams,
    response: answers(200, AdminAccountSchema),
  }
  const change = async (command: Parameters<typeof accounts.execute>[0]) => {
    const changed = await accounts.execute(command, 'AccountChanged')
    return {
      accountId: changed.account,
      killSwitch: changed.killSwitch,
      maxOpenOrders: changed.maxOpenOrders,
      makerFeePpm: changed.makerFeePpm,
      takerFeePpm: changed.takerFeePpm,
      maxOrdersPerSecond: changed.maxOrdersPerSecond ?? 0,
      seq: changed.seq,
    }
  }
  app.put(
    '/v1/admin/accounts/:accountId/limits',
    { config, schema: { ...schema, body: LimitsBody } },
    async ({ params, body, id }, reply) => {
      const { maxOpenOrders = null, maxOrdersPerSecond = null, maxPosition: asked } = body
      const listed = asked === undefined ? undefined : catalogue.bySymbol(asked.symbol)
      const maxPosition =
        listed === undefined || asked === undefined
          ? null
          : {
              instrumentId: listed.instrument.instrumentId,
              lots: listed.format.parseQty(asked.qty, 'maxPosition.qty'),
            }
      const origin = { account: params.accountId, traceId: id }
      const limits = { maxOpenOrders, maxPosition, maxOrdersPerSecond }
      return reply.send(await change({ type: 'SetLimits', ...origin, ...limits }))
    },
  )
  app.put(
    '/v1/admin/accounts/:accountId/fees',
    { config, schema: { ...schema, body: FeesBody } },
    async ({ params, body, id }, reply) =>
      reply.send(
        await change({ type: 'SetFeeTier', account: params.accountId, traceId: id, ...body }),
      ),
  )
  app.put(
    '/v1/admin/accounts/:accountId/kill-switch',
    { config, schema: { ...schema, body: KillSwitchBody } },
    async ({ params, body, id }, reply) =>
      reply.send(
        await change({ type: 'SetKillSwitch', account: params.accountId, traceId: id, ...body }),
      ),
  )
}

function addVenueRoutes(app: App, { accounts, rpc }: GatewayParts): void {
  app.post(
    '/v1/admin/insurance/deposits',
    { config, schema: { tags, body: TransferBody, response: answers(201, TransferSchema) } },
    async ({ body, id }, reply) => {
      const origin = { account: INSURANCE_ACCOUNT, traceId: id }
      return reply.code(201).send(await accounts.transfer('Credit', body, origin))
    },
  )
  app.put(
    '/v1/admin/kill-switch',
    { config, schema: { tags, body: KillSwitchBody, response: answers(200, VenueSchema) } },
    async ({ body, id }, reply) => {
      const command = { type: 'SetKillSwitch', account: VENUE, traceId: id, ...body } as const
      const { killSwitch, seq } = await accounts.execute(command, 'VenueChanged')
      return reply.send({ killSwitch, seq })
    },
  )
  app.get(
    '/v1/admin/ledger/trial-balance',
    { config, schema: { tags, response: answers(200, TrialBalanceSchema) } },
    async ({ id, gone }, reply) => {
      const context = { traceId: id, signal: gone }
      return reply.send((await rpc.call('ledger', 'trialBalance', {}, context)).result)
    },
  )
  app.get(
    '/v1/admin/ledger/reconciliation',
    { config, schema: { tags, response: answers(200, ReconciliationSchema) } },
    async ({ id, gone }, reply) => {
      const context = { traceId: id, signal: gone }
      return reply.send((await rpc.call('ledger', 'reconcile', {}, context)).result)
    },
  )
  app.post(
    '/v1/admin/matching/snapshot',
    { config, schema: { tags, response: answers(200, SnapshotSchema) } },
    async ({ id, gone }, reply) =>
      reply.send((await rpc.matching('snapshot', { traceId: id, signal: gone })).result),
  )
}
