// What the real faas-cli sent, as recorded (one command a line), for a replay against our host.

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { request } from 'undici'

/** One recorded command of faas-cli. */
export interface TraceCommand {
  readonly cmd: string
  readonly requests: readonly TraceRequest[]
  readonly output: string
  readonly exit: number
  readonly suite: 'main' | 'edge'
}

/** One request of it, with the status that it was answered. */
export interface TraceRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly status: number
}

const FILE = resolve(import.meta.dirname, '../../../shared/data/faas-cli-trace.jsonl')

/** The recorded commands; undefined when the recording is not on this machine. */
export function readTrace(): TraceCommand[] | undefined {
  if (!existsSync(FILE)) return undefined
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TraceCommand)
}

/** What our host answered to a recorded request. */
export interface ReplayAnswer {
  readonly status: number
  readonly contentType: string
  /** Of a stream that does not end: what had come when it was cut. */
  readonly text: string
}

/** The client makes these itself. */
const OWN = new Set(['host', 'content-length', 'accept-encoding'])

/** Sends a recorded request as faas-cli did. */
export async function replay(baseUrl: string, recorded: TraceRequest): Promise<ReplayAnswer> {
  const headers = Object.fromEntries(
    Object.entries(recorded.headers).filter(([name]) => !OWN.has(name.toLowerCase())),
  )
  const answer = await request(`${baseUrl}${recorded.path}`, {
    method: recorded.method as 'GET',
    headers,
    body: recorded.body,
  })
  const isEndless = recorded.path.includes('follow=true')
  let text = ''
  if (isEndless) answer.body.on('error', () => {}).destroy()
  else text = await answer.body.text()
  const contentType = String(answer.headers['content-type'] ?? '')
  return { status: answer.statusCode, contentType, text }
}
