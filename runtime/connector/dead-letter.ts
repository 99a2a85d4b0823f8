// The stream of messages that no function could take: nothing disappears, an operator can look at
// each and bring it again.

import type { NatsLink, PulledMessage } from '#adapters/nats/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { dlqSubject } from '#contracts/subjects.ts'

const TIMEOUT_MS = 5000
const ERROR_CHARS_MAX = 500

/**
 * Stores one refused message under `dlq.<function>`; the same one again is not stored twice.
 * Errors: TE_UNAVAILABLE_NATS: then nothing is acknowledged, and the message comes again.
 */
export async function publishDeadLetter(
  link: NatsLink,
  functionName: string,
  stream: string,
  message: PulledMessage,
  why: string,
): Promise<{ isNew: boolean }> {
  const answer = await link.request(dlqSubject(functionName), message.data, {
    timeoutMs: TIMEOUT_MS,
    headers: {
      'Nats-Msg-Id': `${functionName}:${stream}:${message.seq}`,
      'Te-Stream': stream,
      'Te-Seq': String(message.seq),
      'Te-Error': why.replace(/[\r\n]+/g, ' ').slice(0, ERROR_CHARS_MAX),
      traceparent: message.header('traceparent') ?? '',
    },
  })
  const ack = JSON.parse(Buffer.from(answer.data).toString('utf8')) as {
    seq?: number
    duplicate?: boolean
    error?: { description: string }
  }
  if (ack.error !== undefined || (ack.seq ?? 0) === 0) {
    const what = `the dead-letter stream refused: ${ack.error?.description ?? 'no sequence'}`
    throw new OperationalError('TE_UNAVAILABLE_NATS', what)
  }
  return { isNew: ack.duplicate !== true }
}
