// A function for tests whose start takes until a file exists, and that says when it is closed.

import { existsSync, writeFileSync } from 'node:fs'
import { createHandler, type FunctionInit } from '#contracts/function-handler.ts'

export const init: FunctionInit = async (context) => {
  const file = context.env['WAIT_FOR'] ?? ''
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10))
  return async () => writeFileSync(`${file}.closed`, '')
}

export default createHandler({
  rpc: {
    untilAborted: (_params, call) =>
      new Promise((resolve) => {
        call.signal.addEventListener('abort', () => resolve({ ok: true, result: 'aborted' }))
      }),
    sleep: async (params) => {
      await new Promise((resolve) => setTimeout(resolve, Number(params)))
      return { ok: true, result: 'slept' }
    },
    throws: async () => {
      throw new Error('a bug with a secret inside')
    },
  },
})
