// A function without its process: its real handler and init, called as the template calls them.

import type { EventBatch } from '#contracts/event-codec.ts'
import { encodeFrames } from '#contracts/function-call.ts'
import type {
  FunctionContext,
  FunctionHandler,
  FunctionInit,
  FunctionResult,
} from '#contracts/function-handler.ts'
import { eventsCall } from './events.ts'

/** What a handler.ts exports. */
interface HandlerModule {
  readonly default: FunctionHandler
  readonly init: FunctionInit
}

/** A reply to a request: the body that the connector sends back. */
export interface Reply {
  readonly ok: boolean
  readonly result?: any
  readonly seq?: number
  readonly error?: { readonly code: string; readonly message: string; readonly field?: string }
}

export interface OpenFunction {
  readonly rpc: (method: string, params: unknown) => Promise<Reply>
  /** A bulk; a number stands for a skipped frame. */
  readonly events: (batches: readonly (EventBatch | number)[]) => Promise<FunctionResult>
  readonly close: () => Promise<void>
  readonly logged: readonly { readonly fields: object; readonly message: string }[]
}

/** Runs `init` and gives the calls. Handlers keep one opened state: one function a test file. */
export async function openFunction(
  name: string,
  module: HandlerModule,
  secrets: Readonly<Record<string, string>>,
): Promise<OpenFunction> {
  const logged: { fields: object; message: string }[] = []
  const log = (fields: object, message: string) => void logged.push({ fields, message })
  const context: FunctionContext = {
    functionName: name,
    log: { debug: log, info: log, warn: log, error: log },
    secrets: (secret) => {
      const text = secrets[secret]
      if (text === undefined) throw new Error(`the secret ${secret} is not mounted`)
      return text
    },
    env: {},
  }
  const close = await module.init(context)
  const call = (topic: string, body: Uint8Array) =>
    module.default(
      {
        topic,
        headers: {},
        body,
        json: () => JSON.parse(Buffer.from(body).toString()),
        traceId: '',
        deadlineMs: 5_000,
        signal: new AbortController().signal,
      },
      context,
    )
  return {
    logged,
    close: async () => close?.(),
    events: (batches) => call('evt.0', encodeFrames(eventsCall(batches).frames)),
    rpc: async (method, params) => {
      const bytes = Buffer.from(JSON.stringify(params))
      return (await call(`rpc.${name}.${method}`, bytes)).body as Reply
    },
  }
}
