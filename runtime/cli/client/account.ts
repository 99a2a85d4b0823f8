// Opening accounts as any newcomer would: register, log in, make an API key, bring demo money.

import type { RestClient } from './rest.ts'

export interface Trader {
  readonly accountId: number
  readonly email: string
  readonly password: string
  readonly apiKey: string
  readonly rest: RestClient
}

/** Registers a user and makes a key with all scopes; `rest` of the result is authorised by it. */
export async function registerTrader(
  rest: RestClient,
  email: string,
  password: string,
): Promise<Trader> {
  const { accountId } = await rest.post<{ accountId: number }>('/v1/auth/register', {
    email,
    password,
  })
  const { accessToken } = await rest.post<{ accessToken: string }>('/v1/auth/login', {
    email,
    password,
  })
  const { apiKey } = await rest
    .as({ token: accessToken })
    .post<{ apiKey: string }>('/v1/api-keys', {
      name: 'cli',
      scopes: ['read', 'trade', 'transfer'],
    })
  return { accountId, email, password, apiKey, rest: rest.as({ apiKey }) }
}

/** Brings demo money; safe to repeat with the same transferId. */
export async function deposit(
  trader: Trader,
  asset: string,
  amount: string,
  transferId: string,
): Promise<void> {
  await trader.rest.post('/v1/deposits', { asset, amount, transferId })
}
