// Settings of the connector. The only reader of the environment here.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfigOrExit } from '#adapters/service/index.ts'
import { FUNCTION_TOKEN_SECRET } from '#contracts/function-call.ts'

/** What the connector needs to know. */
export interface ConnectorConfig {
  readonly host: string
  readonly port: number
  readonly natsUrl: string
  /** The local host, or an OpenFaaS gateway. */
  readonly faasUrl: string
  readonly logLevel: string
  /** How often the deployed functions are looked up. */
  readonly discoveryMs: number
  /** Requests of one function at once; more are answered TE_RPC_OVERLOADED. */
  readonly rpcInflightMax: number
  /** A bulk of events. */
  readonly bulkMessagesMax: number
  readonly bulkBytesMax: number
  /** Shortest distance between two calls with small bulks. */
  readonly lingerMs: number
  /** Longest call with a bulk. */
  readonly eventsDeadlineMs: number
  readonly secrets: ConnectorSecrets
}

/** Read from files, never from the environment. */
export interface ConnectorSecrets {
  readonly functionToken: string
  readonly user: string
  readonly password: string
}

/** Reads and checks the environment; a problem ends the process. */
export function readConfig(env: NodeJS.ProcessEnv): ConnectorConfig {
  return parseConfigOrExit(env, (read) => {
    const secretsDir = read.text('TE_SECRETS_DIR', '/var/openfaas/secrets')
    return {
      host: read.text('TE_HOST', '127.0.0.1'),
      port: read.port('TE_CONNECTOR_PORT', 8010),
      natsUrl: read.url('TE_NATS_URL', ['nats:', 'tls:'], 'nats://127.0.0.1:4222'),
      faasUrl: read
        .url('TE_FAAS_URL', ['http:', 'https:'], 'http://127.0.0.1:8080')
        .replace(/\/$/, ''),
      logLevel: read.text('TE_LOG_LEVEL', 'info'),
      discoveryMs: read.integer('TE_CONNECTOR_DISCOVERY_MS', 5000, { min: 100, max: 600_000 }),
      rpcInflightMax: read.integer('TE_CONNECTOR_RPC_MAX', 64, { min: 1, max: 10_000 }),
      bulkMessagesMax: read.integer('TE_CONNECTOR_BULK_MESSAGES', 256, { min: 1, max: 2000 }),
      // The function's own limit is 8 MB, and frames add 16 to 71 bytes a message.
      bulkBytesMax: read.integer('TE_CONNECTOR_BULK_BYTES', 1_048_576, {
        min: 1024,
        max: 7_000_000,
      }),
      lingerMs: read.integer('TE_CONNECTOR_LINGER_MS', 100, { min: 0, max: 1000 }),
      eventsDeadlineMs: read.integer('TE_CONNECTOR_EVENTS_DEADLINE_MS', 30_000, {
        min: 100,
        max: 600_000,
      }),
      secrets: readSecrets(secretsDir),
    }
  })
}

function readSecrets(folder: string): ConnectorSecrets {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
  return {
    functionToken: read(FUNCTION_TOKEN_SECRET),
    user: read('faas-basic-auth-user'),
    password: read('faas-basic-auth-password'),
  }
}
