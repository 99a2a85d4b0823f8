// The head of the API document; its paths come from the routes' own schemas.

import type { Access } from './access/identity.ts'

/** Title, tags and the ways to prove who one is. */
export const openApiDocument = {
  openapi: '3.1.0' as const,
  info: {
    title: 'TradeEngine',
    version: '0.1.0',
    description:
      'Amounts are decimal strings, ids whole numbers below 2^53. Errors are ' +
      '`{ "error": { "code", "message", "field"?, "requestId" } }`; the codes stand in ' +
      'docs/reference/errors.md. Orders and streams also go over the WebSocket at /v1/ws.',
  },
  tags: [
    { name: 'market', description: 'Public market data' },
    { name: 'auth', description: 'Users, tokens, API keys' },
    { name: 'orders', description: 'Place, replace, cancel, ask' },
    { name: 'account', description: 'Balances, positions, money, alerts' },
    { name: 'admin', description: 'For operators' },
  ],
  components: {
    securitySchemes: {
      accessToken: { type: 'http' as const, scheme: 'bearer', bearerFormat: 'JWT' },
      apiKey: { type: 'apiKey' as const, in: 'header' as const, name: 'X-API-Key' },
      adminToken: { type: 'http' as const, scheme: 'bearer' },
    },
  },
}

/** What a route's callers must show. */
export function securityOf(access: Access): readonly Record<string, readonly string[]>[] {
  if (access === 'public') return []
  if (access === 'admin') return [{ adminToken: [] }]
  if (access === 'user') return [{ accessToken: [] }]
  return [{ accessToken: [] }, { apiKey: [access] }]
}
