// The API document without a running venue: the routes with nothing behind them.

import { createApp } from './app.ts'
import type { GatewayParts } from './parts.ts'
import { addAccountRoutes } from './routes/account.ts'
import { addAdminRoutes } from './routes/admin.ts'
import { addAuthRoutes } from './routes/auth.ts'
import { addMarketRoutes } from './routes/market.ts'
import { addOrderRoutes } from './routes/orders.ts'

/** Adds every documented route. */
export function addRoutes(app: Awaited<ReturnType<typeof createApp>>, parts: GatewayParts): void {
  addMarketRoutes(app, parts)
  addAuthRoutes(app, parts)
  addOrderRoutes(app, parts)
  addAccountRoutes(app, parts)
  addAdminRoutes(app, parts)
}

/** The OpenAPI document as /openapi.json serves it. */
export async function describeApi(): Promise<object> {
  // Routes take their parts when they are called, and nobody calls them here.
  const app = await createApp({} as GatewayParts)
  addRoutes(app, {} as GatewayParts)
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document
}
