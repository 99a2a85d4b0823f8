// Runs one function as a process: the same code in the OpenFaaS image and under the local host.

import { pathToFileURL } from 'node:url'
import { FUNCTION_TOKEN_SECRET } from '#contracts/function-call.ts'
import type { FunctionContext, FunctionHandler, FunctionInit } from '#contracts/function-handler.ts'
import { createLogger } from '../service/logger.ts'
import type { CallParts } from './call.ts'
import { readFunctionConfig } from './config.ts'
import { createSecrets } from './secrets.ts'
import { listen } from './server.ts'

/** What a handler.ts exports. */
interface HandlerModule {
  readonly default: FunctionHandler
  readonly init?: FunctionInit
}

/**
 * Serves the handler until SIGTERM, or until the parent is gone, and then ends with exit code 0.
 * A missing signing secret, a broken handler or a failed init end the process with 1.
 */
export async function runFunction(options: {
  readonly handlerPath: string
  readonly env: Readonly<Record<string, string | undefined>>
}): Promise<void> {
  const config = readFunctionConfig(options.env)
  const log = createLogger({ name: `function:${config.functionName}`, level: config.logLevel })
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'function stopped by a failure')
    process.exit(1)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)

  let parts: CallParts | undefined
  let close: (() => Promise<void>) | undefined
  const server = await listen(config, () => parts)
  let isEnding = false
  const end = async (reason: string) => {
    if (isEnding) return
    isEnding = true
    log.info({ reason }, 'draining')
    await server.drain(config.drainMs)
    await close?.()
    log.info('drained')
    process.exit(0)
  }
  process.on('SIGTERM', () => void end('SIGTERM').catch(die))
  process.on('SIGINT', () => void end('SIGINT').catch(die))
  if (config.watchesParent) {
    // A socket pair: it ends, or breaks, and stays half open, so that 'close' alone never comes.
    const gone = () => void end('parent is gone').catch(die)
    process.stdin.resume().once('end', gone).once('error', gone)
  }

  const secrets = createSecrets(config.secretsDir)
  const context: FunctionContext = {
    functionName: config.functionName,
    log,
    secrets,
    env: options.env,
  }
  const token = secrets(FUNCTION_TOKEN_SECRET)
  const module = (await import(pathToFileURL(options.handlerPath).href)) as HandlerModule
  if (typeof module.default !== 'function') throw new Error('handler.ts has no default export')
  close = (await module.init?.(context)) ?? undefined
  parts = { handler: module.default, context, token, config }
  server.setReady()
  log.info({ port: server.port }, 'ready')
}
