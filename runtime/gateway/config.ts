// Settings of the gateway: the only reader of its environment.

import { resolve } from 'node:path'
import {
  type EnvReader,
  type EnvSource,
  parseConfig,
  parseConfigOrExit,
} from '#adapters/service/index.ts'

/** What the gateway is told. Rates are per second unless the name says otherwise; 0 = no limit. */
export interface GatewayConfig {
  readonly host: string
  readonly port: number
  readonly natsUrl: string
  readonly redisUrl: string
  readonly etcdUrl: string
  readonly shard: number
  readonly durability: string
  readonly secretsDir: string
  readonly logLevel: string
  readonly webDir: string
  /** Origins of foreign pages that may open a socket, besides loopback and our own host. */
  readonly allowedOrigins: readonly string[]
  readonly ratePerAccount: number
  readonly ratePerIp: number
  readonly rateAuthPerMinute: number
  readonly rateOrdersPerAccount: number
  /** Largest demo deposit, in whole units of the asset. */
  readonly depositMax: string
  readonly socketsMax: number
}

/** Reads the gateway's settings; a bad one ends the process before it listens. */
export const readConfig = (env: EnvSource) => parseConfigOrExit(env, read)
/** The same for tests. Errors: ConfigError. */
export const parseGatewayConfig = (env: EnvSource) => parseConfig(env, read)

function read(env: EnvReader): GatewayConfig {
  return {
    host: env.text('TE_HOST', '127.0.0.1'),
    port: env.port('TE_GATEWAY_PORT', 8000),
    natsUrl: env.url('TE_NATS_URL', ['nats:', 'tls:'], 'nats://127.0.0.1:4222'),
    redisUrl: env.url('TE_REDIS_URL', ['redis:', 'rediss:'], 'redis://127.0.0.1:6379'),
    etcdUrl: env.url('TE_ETCD_URL', ['http:', 'https:'], 'http://127.0.0.1:2379'),
    shard: env.integer('TE_SHARD', 0, { max: 1023 }),
    durability: env.oneOf('TE_DURABILITY', ['power-safe', 'process-safe'], 'power-safe'),
    secretsDir: env.text('TE_SECRETS_DIR'),
    logLevel: env.text('TE_LOG_LEVEL', 'info'),
    webDir: env.text('TE_WEB_DIR', resolve(import.meta.dirname, '../web/dist')),
    allowedOrigins: env
      .text('TE_ALLOWED_ORIGINS', 'none')
      .split(',')
      .filter((origin) => origin !== 'none'),
    ratePerAccount: env.integer('TE_RATE_REQUESTS_PER_S', 2000),
    ratePerIp: env.integer('TE_RATE_IP_REQUESTS_PER_S', 2000),
    rateAuthPerMinute: env.integer('TE_RATE_AUTH_PER_MIN', 600),
    rateOrdersPerAccount: env.integer('TE_RATE_ORDERS_PER_S', 20_000),
    depositMax: env.text('TE_DEPOSIT_MAX', '100000000'),
    socketsMax: env.integer('TE_SOCKETS_MAX', 5000, { min: 1 }),
  }
}
