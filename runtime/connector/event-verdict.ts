// What an answer to a bulk of events means. Only a refusal of the content itself may send a message
// to the dead-letter stream; everything that can heal is tried again for ever.

import type { Emit } from '#contracts/function-handler.ts'
import type { CallAnswer } from './function-client.ts'

/** What to do next. */
export type Verdict =
  | { readonly kind: 'Applied'; readonly seq: number; readonly emits: readonly Emit[] }
  | { readonly kind: 'Seek'; readonly seq: number }
  | { readonly kind: 'Retry'; readonly why: string }
  | { readonly kind: 'Poison'; readonly why: string }

/**
 * 4xx that say nothing about the content: signature or clock (401, 403), a function that is just
 * being replaced (404), wrong routing (405), patience (408, 421, 425, 429), a lost race (409).
 */
const HEALING = new Set([401, 403, 404, 405, 408, 409, 421, 425, 429])

/** Reads an answer. Nothing that a function says can make this throw. */
export function readVerdict(answer: CallAnswer): Verdict {
  const { status } = answer
  const body = readJson(answer.body)
  if (status >= 200 && status < 300) {
    const seq = body['seq']
    // A 2xx of something else than our function (a proxy's page) must not acknowledge anything.
    if (body['ok'] !== true || !isSeq(seq)) return { kind: 'Retry', why: 'not an answer of ours' }
    return { kind: 'Applied', seq, emits: readEmits(body['emit']) }
  }
  const expected = body['expectedSeq']
  if (status === 409 && isSeq(expected) && expected > 0) return { kind: 'Seek', seq: expected }
  const why = `${status}: ${answer.body.toString('utf8', 0, 500)}`
  if (status >= 400 && status < 500 && !HEALING.has(status)) return { kind: 'Poison', why }
  return { kind: 'Retry', why }
}

const PUSH = /^push\.[a-zA-Z0-9_-]{1,64}$/

function readEmits(value: unknown): Emit[] {
  if (!Array.isArray(value)) return []
  return (value as Partial<Emit>[])
    .filter((emit) => typeof emit?.subject === 'string' && PUSH.test(emit.subject))
    .map((emit) => ({ subject: emit.subject ?? '', data: emit.data }))
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function readJson(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
