// One socket: its accounts, its subscriptions, its requests in order. A request that must wait (a
// logon, a lookup) holds back the later ones of the same socket, so that commands never overtake.

import type { Scope } from '#contracts/api/auth.ts'
import { assertAccess, forbidden, type Identity } from '../access/identity.ts'
import { Refusal } from '../refusal.ts'
import type { MarketHub } from './market-hub.ts'
import type { Outbox } from './outbox.ts'
import { PRIVATE_CHANNELS, type PrivateChannel, type PrivateHub } from './private-streams.ts'

/** One account that a session has logged on. */
export interface SessionAccount {
  identity: Identity
  cancelsOnDisconnect: boolean
  /** Asks again whether the API key still holds; undefined for a token. */
  recheck: (() => Promise<Identity>) | undefined
}

export interface Session {
  readonly id: string
  readonly outbox: Outbox
  readonly accounts: ReadonlyMap<number, SessionAccount>
  readonly hasAccounts: () => boolean
  /** Adds an account or renews its credentials. Errors: TE_CONFLICT beyond the bound. */
  readonly logOn: (account: SessionAccount) => void
  /** Takes an account away: its streams end. */
  readonly logOff: (accountId: number) => void
  /** Errors: TE_AUTH_REQUIRED, TE_AUTH_FORBIDDEN, TE_AUTH_EXPIRED_TOKEN. */
  readonly accountFor: (accountId: number | undefined, scope: Scope) => number
  /** Errors: TE_INPUT_CHANNEL, TE_NOT_FOUND_INSTRUMENT, TE_AUTH_*. All or none. */
  readonly subscribe: (channels: readonly string[]) => void
  readonly unsubscribe: (channels: readonly string[]) => void
  /** Leaves every stream. */
  readonly close: () => void
}

/** As many accounts as one session of a trading firm carries in the replay, and some. */
const ACCOUNTS_MAX = 64
const CHANNELS_MAX = 200

/** Makes the session of a socket. */
export function createSession(parts: {
  readonly id: string
  readonly outbox: Outbox
  readonly markets: MarketHub
  readonly privates: PrivateHub
}): Session {
  const { outbox, markets, privates } = parts
  const accounts = new Map<number, SessionAccount>()
  const channels = new Set<string>()
  const privateChannels = () => PRIVATE_CHANNELS.filter((name) => channels.has(name))
  const leave = (name: string) => {
    if (!channels.delete(name)) return
    if (!isPrivate(name)) return markets.leave(name, outbox)
    for (const accountId of accounts.keys()) privates.leave(accountId, name, outbox)
  }
  const logOff = (accountId: number) => {
    for (const name of PRIVATE_CHANNELS) privates.leave(accountId, name, outbox)
    accounts.delete(accountId)
  }
  return {
    id: parts.id,
    outbox,
    accounts,
    hasAccounts: () => accounts.size > 0,
    logOn: (account) => {
      const { accountId } = account.identity
      if (!accounts.has(accountId) && accounts.size >= ACCOUNTS_MAX) {
        throw new Refusal('TE_CONFLICT', `a session holds at most ${ACCOUNTS_MAX} accounts`)
      }
      accounts.set(accountId, account)
      if (!account.identity.scopes.has('read')) return
      for (const name of privateChannels()) privates.follow(accountId, name, outbox)
    },
    logOff,
    accountFor: (accountId, scope) => accountFor(accounts, accountId, scope),
    subscribe: (names) => {
      for (const name of names) {
        if (isPrivate(name)) assertReader(accounts)
        else markets.assertChannel(name)
      }
      if (new Set([...channels, ...names]).size > CHANNELS_MAX) {
        throw new Refusal('TE_INPUT_CHANNEL', `at most ${CHANNELS_MAX} channels`)
      }
      for (const name of names) {
        if (channels.has(name)) continue
        channels.add(name)
        if (!isPrivate(name)) markets.follow(name, outbox)
        else {
          for (const [accountId, { identity }] of accounts) {
            if (identity.scopes.has('read')) privates.follow(accountId, name, outbox)
          }
        }
      }
    },
    unsubscribe: (names) => {
      for (const name of names) leave(name)
    },
    close: () => {
      for (const name of channels) leave(name)
      for (const accountId of accounts.keys()) logOff(accountId)
    },
  }
}

const isPrivate = (name: string): name is PrivateChannel =>
  (PRIVATE_CHANNELS as readonly string[]).includes(name)

function accountFor(
  accounts: ReadonlyMap<number, SessionAccount>,
  accountId: number | undefined,
  scope: Scope,
): number {
  const [first] = accounts.keys()
  if (first === undefined) throw new Refusal('TE_AUTH_REQUIRED', 'log on first')
  const account = accounts.get(accountId ?? first)
  if (account === undefined) throw forbidden('this session has no such account')
  const { identity } = account
  if (identity.expiresAtMs <= Date.now()) {
    throw new Refusal('TE_AUTH_EXPIRED_TOKEN', 'the access token has expired; log on again')
  }
  assertAccess(identity, scope)
  return identity.accountId
}

function assertReader(accounts: ReadonlyMap<number, SessionAccount>): void {
  accountFor(accounts, undefined, 'read')
}
