// /async-function: answered 202 at once, run later, result to X-Callback-Url. In memory and at most
// once, like the community edition; nothing of the venue rides on it (JetStream does that).

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { request as send } from 'undici'
import type { DeployedFunction } from './deployed-function.ts'
import { forwardHeaders, type Target } from './proxy.ts'

/** CE's limit of an asynchronous body. */
const BODY_BYTES_MAX = 256_000
/** 200 waiting calls of 256 KB are 51 MB at most. */
const WAITING_MAX = 200
const RUNNING_MAX = 4
const CALLBACK_TIMEOUT_MS = 10_000

/** What happened to a call. */
export type Submission = 'Accepted' | 'TooLarge' | 'Full'

/** Calls that run after their answer. */
export interface AsyncQueue {
  readonly submit: (
    request: IncomingMessage,
    found: DeployedFunction,
    target: Target,
  ) => Promise<{ submission: Submission; callId: string }>
  /** Runs what was accepted; nothing new is taken. */
  readonly drain: () => Promise<void>
}

interface Job {
  readonly found: DeployedFunction
  readonly path: string
  readonly headers: Record<string, string | string[]>
  readonly body: Buffer
  readonly callId: string
  readonly callbackUrl: string
}

/** An empty queue. `selfUrl` stands for the host `gateway` of a callback, its name in a cluster. */
export function createAsyncQueue(
  selfUrl: string,
  onError: (fields: object, message: string) => void,
): AsyncQueue {
  const waiting: Job[] = []
  const running = new Set<Promise<void>>()
  let isDraining = false

  const next = () => {
    while (running.size < RUNNING_MAX) {
      const job = waiting.shift()
      if (job === undefined) return
      const run = runJob(job, selfUrl)
        .catch((error: unknown) => onError({ err: error, callId: job.callId }, 'async call failed'))
        .finally(() => {
          running.delete(run)
          next()
        })
      running.add(run)
    }
  }

  return {
    submit: async (request, found, target) => {
      const callId = String(request.headers['x-call-id'] ?? randomUUID())
      if (isDraining || waiting.length >= WAITING_MAX) return { submission: 'Full', callId }
      const chunks: Buffer[] = []
      let total = 0
      for await (const chunk of request as AsyncIterable<Buffer>) {
        total += chunk.length
        if (total > BODY_BYTES_MAX) return { submission: 'TooLarge', callId }
        chunks.push(chunk)
      }
      const headers = forwardHeaders(request.headers, request.socket.remoteAddress ?? '', callId)
      const callbackUrl = String(request.headers['x-callback-url'] ?? '')
      delete headers['content-length']
      delete headers['x-callback-url']
      const body = Buffer.concat(chunks)
      waiting.push({ found, path: target.path, headers, body, callId, callbackUrl })
      next()
      return { submission: 'Accepted', callId }
    },
    drain: async () => {
      isDraining = true
      while (running.size > 0) await Promise.all(running)
    },
  }
}

async function runJob(job: Job, selfUrl: string): Promise<void> {
  const startedAt = performance.now()
  const replica = job.found.pick()
  job.found.invocations += 1
  let status = 503
  let body: Buffer = Buffer.from(`no replica of ${job.found.name} is ready`)
  let contentType = 'text/plain'
  if (replica !== undefined) {
    const { path, headers } = job
    const answer = await replica.pool.request({ method: 'POST', path, headers, body: job.body })
    status = answer.statusCode
    contentType = String(answer.headers['content-type'] ?? contentType)
    body = Buffer.from(await answer.body.arrayBuffer())
  }
  if (job.callbackUrl === '') return
  const url = new URL(job.callbackUrl)
  const isSelf = url.hostname === 'gateway' || url.hostname.startsWith('gateway.')
  const target = isSelf ? `${selfUrl}${url.pathname}${url.search}` : url
  const callback = await send(target, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-call-id': job.callId,
      'x-duration-seconds': ((performance.now() - startedAt) / 1000).toFixed(6),
      'x-function-status': String(status),
      'x-function-name': job.found.name,
    },
    body,
    headersTimeout: CALLBACK_TIMEOUT_MS,
    bodyTimeout: CALLBACK_TIMEOUT_MS,
  })
  await callback.body.dump()
}
