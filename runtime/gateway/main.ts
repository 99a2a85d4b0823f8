// The gateway process: settings, one admin secret, start, drain.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, installProcessGuards } from '#adapters/service/index.ts'
import { readConfig } from './config.ts'
import { startGateway } from './gateway.ts'

const config = readConfig(process.env)
const log = createLogger({ name: 'gateway', level: config.logLevel })
let close = async (): Promise<void> => undefined
installProcessGuards(log, () => close())
const gateway = await startGateway({ config, adminToken: readAdminToken(), log })
close = gateway.close
await gateway.started

/** The operators' token; without one nothing starts. */
function readAdminToken(): string {
  const token = readFileSync(join(config.secretsDir, 'admin-token'), 'utf8').trim()
  if (token.length < 16) throw new Error('the secret admin-token has fewer than 16 characters')
  return token
}
