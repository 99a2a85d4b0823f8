// Entry of every function's process. In the image its code lies in ./function (the handler folder,
// overlaid with runtime/ by stack.yml's configuration.copy); the local host points both variables
// into the repository, so that a function runs from its sources there, without a build.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

type Server = typeof import('../../../../runtime/adapters/function-server/index.ts')

const { env } = process
const root = env['TE_FUNCTION_ROOT'] ?? join(import.meta.dirname, 'function')
const handlerPath = env['TE_FUNCTION_HANDLER'] ?? join(import.meta.dirname, 'function/handler.ts')

const serverPath = join(root, 'runtime/adapters/function-server/index.ts')
const { runFunction } = (await import(pathToFileURL(serverPath).href)) as Server
await runFunction({ handlerPath, env })
