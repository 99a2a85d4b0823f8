/** All servers by name. */
import type { ServerName } from '../find-servers.ts'
import { etcd } from './etcd.ts'
import { influx } from './influx.ts'
import { nats } from './nats.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import type { ServerSpec } from './spec.ts'

export const SERVERS: Record<ServerName, ServerSpec> = { nats, postgres, redis, influx, etcd }
