// What every route of an account needs to know about its request.

import type { FastifyRequest } from 'fastify'
import { assert } from '#domain/assert.ts'
import type { EventRouter } from '../events/router.ts'
import { Refusal } from '../refusal.ts'
import type { Rpc, RpcReply } from '../rpc.ts'

/** Whose request it is, in which trace, and who stops waiting. */
export interface Caller {
  readonly accountId: number
  readonly traceId: string
  readonly signal: AbortSignal
}

/** The caller of a route with access; the hook has put the identity there. */
export function callerOf(request: FastifyRequest): Caller {
  const { identity, id, gone } = request
  assert(identity !== null, 'a route with access has an identity')
  return { accountId: identity.accountId, traceId: id, signal: gone }
}

/**
 * The parameters of a query about the caller's own data. What the account has caused through the
 * engine so far must be in the answer (read your writes), unless the caller asks for less or more.
 */
export function ownQuery(
  { accountId }: Caller,
  query: Readonly<Record<string, unknown>>,
  router: Pick<EventRouter, 'lastSeqOf'>,
): object {
  const { minSeq = router.lastSeqOf(accountId), ...rest } = query
  return { ...rest, accountId, ...(minSeq === 0 ? {} : { minSeq }) }
}

/**
 * Asks for a list of the caller's own. Without a `minSeq` of the caller's it waits a moment for what the
 * account has caused; a projection that is further behind then answers as it stands, and says where.
 * Errors: as Rpc.call; TE_BEHIND only for a `minSeq` that the caller gave.
 */
export async function askOwn(
  { rpc, router }: { readonly rpc: Rpc; readonly router: Pick<EventRouter, 'lastSeqOf'> },
  caller: Caller,
  [functionName, method]: readonly [string, string],
  query: Readonly<Record<string, unknown>>,
): Promise<RpcReply> {
  try {
    return await rpc.call(functionName, method, ownQuery(caller, query, router), caller)
  } catch (error) {
    const isBehind = error instanceof Refusal && error.code === 'TE_BEHIND'
    if (!isBehind || query['minSeq'] !== undefined) throw error
    return rpc.call(functionName, method, { ...query, accountId: caller.accountId }, caller)
  }
}

/** A projection's result with the sequence that it shows. */
export function withSeq(reply: { readonly result: unknown; readonly seq?: number }): object {
  const result = reply.result as { readonly seq?: unknown }
  return reply.seq === undefined || result.seq !== undefined
    ? result
    : { ...result, seq: reply.seq }
}
