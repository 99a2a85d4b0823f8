// /system/functions, /system/function/NAME, /system/scale-function/NAME, /system/logs: what
// faas-cli deploy, list, describe, remove and logs say, with the status codes that it counts as
// success (202 where a cluster says 202; a 201 or 204 would make it exit with 1).

import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DeployedFunction } from './deployed-function.ts'
import {
  checkNamespace,
  NAMESPACE,
  RefusedError,
  readDeployment,
  record,
  text,
} from './deployment.ts'
import type { LogLine } from './log-store.ts'
import type { Registry } from './registry.ts'

type Query = Readonly<Record<string, string | undefined>>

/** Adds the routes. */
export function addFunctionRoutes(
  app: FastifyInstance,
  registry: Registry,
  isStrict: boolean,
): void {
  const deploy = { post: 'create', put: 'update' } as const
  for (const verb of ['post', 'put'] as const) {
    app[verb]('/system/functions', (request, reply) => {
      registry[deploy[verb]](readDeployment(request.body, isStrict))
      return reply.code(202).send()
    })
  }
  app.delete('/system/functions', (request, reply) => {
    const body = record(request.body, 'body')
    registry.remove(text(body, 'functionName'), text(body, 'namespace', ''))
    return reply.code(202).send()
  })
  app.get('/system/functions', (request) => {
    const namespace = (request.query as Query)['namespace'] || NAMESPACE
    checkNamespace(namespace)
    const all = registry.all().filter((one) => one.stored().deployment.namespace === namespace)
    return all.map((one) => statusOf(one))
  })
  app.get('/system/function/:name', (request) => {
    const { name } = request.params as { name: string }
    const query = request.query as Query
    const found = findOrRefuse(registry, name, query['namespace'])
    const usage = query['usage'] === '1' || query['usage'] === 'true'
    return usage ? { ...statusOf(found), usage: usageOf(found) } : statusOf(found)
  })
  app.post('/system/scale-function/:name', (request, reply) => {
    const { name } = request.params as { name: string }
    const body = record(request.body, 'body')
    const namespace = text(body, 'namespace', (request.query as Query)['namespace'] ?? '')
    registry.scale(name, namespace, Number(body['replicas']))
    return reply.code(202).send()
  })
  const followed = new Set<ServerResponse>()
  app.addHook('preClose', (done) => {
    for (const response of followed) response.end()
    done()
  })
  app.get('/system/logs', (request, reply) => {
    const query = request.query as Query
    const found = findOrRefuse(registry, query['name'] ?? '', query['namespace'])
    return sendLogs(found, query, reply, followed)
  })
}

function findOrRefuse(registry: Registry, name: string, namespace?: string): DeployedFunction {
  const found = registry.find(name, namespace)
  if (found === undefined) throw new RefusedError(404, `function ${name} not found`)
  return found
}

/** FunctionStatus of faas-provider. */
function statusOf(found: DeployedFunction): object {
  const { deployment, replicas, createdAt } = found.stored()
  const { service: name, ...rest } = deployment
  const availableReplicas = found.replicas().filter((replica) => replica.isReady()).length
  return {
    name,
    ...rest,
    invocationCount: found.invocations,
    replicas,
    availableReplicas,
    createdAt,
  }
}

const CLOCK_TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

/** Mean CPU in thousandths of a core since the start, and resident memory; zero where /proc is not. */
function usageOf(found: DeployedFunction): { cpu: number; totalMemoryBytes: number } {
  let cpu = 0
  let totalMemoryBytes = 0
  for (const { pid, startedAtMs } of found.replicas()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const seconds = (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND
      cpu += (seconds * 1e6) / Math.max(Date.now() - startedAtMs, 1)
      totalMemoryBytes += Number(fields[21]) * PAGE_BYTES
    } catch {
      // No /proc on this system, or the replica has just ended: it uses nothing that we can see.
    }
  }
  return { cpu: Math.round(cpu), totalMemoryBytes }
}

/** A follower that reads slower than this much behind is cut off. */
const BEHIND_BYTES_MAX = 1024 * 1024

function sendLogs(
  found: DeployedFunction,
  query: Query,
  reply: FastifyReply,
  followed: Set<ServerResponse>,
): FastifyReply {
  const instance = query['instance'] ?? ''
  const since = query['since'] ?? ''
  if (Number.isNaN(Date.parse(since)) && since !== '') {
    throw new RefusedError(400, 'since is not an RFC 3339 time')
  }
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const write = (line: LogLine) => {
    if (instance !== '' && line.instance !== instance) return
    raw.write(`${JSON.stringify(line)}\n`)
    if (raw.writableLength > BEHIND_BYTES_MAX) raw.destroy()
  }
  for (const line of found.logs.read(since, Number(query['tail'] ?? -1), instance)) write(line)
  if (query['follow'] !== 'true') {
    raw.end()
    return reply
  }
  followed.add(raw)
  const stop = found.logs.follow(write)
  raw.once('close', () => {
    followed.delete(raw)
    stop()
  })
  return reply
}
