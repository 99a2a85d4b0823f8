// A function for tests: answers what it got, slowly or wrongly when asked to.

import { createHandler } from '#contracts/function-handler.ts'

export default createHandler({
  rpc: {
    echo: async (params, call) => ({ ok: true, result: { params, traceId: call.traceId } }),
    pid: async () => ({ ok: true, result: process.pid }),
    crash: async () => process.exit(3),
    sleep: async (params) => {
      await new Promise((resolve) => setTimeout(resolve, Number(params)))
      return { ok: true, result: process.pid }
    },
    env: async (_params, _call, context) => ({ ok: true, result: context.env }),
    secret: async (params, _call, context) => ({
      ok: true,
      result: context.secrets(String(params)),
    }),
  },
})
