// Where a running venue keeps its addresses and secrets: operators' tools (replay, smoke, bench) read
// them from the data folder; ordinary clients need only the gateway's address and an API key.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { env } from 'node:process'

/** Addresses of a running venue and the operator's token. */
export interface Venue {
  readonly home: string
  readonly gatewayUrl: string
  readonly natsUrl: string
  readonly influxUrl: string
  readonly influxDb: string
  readonly adminToken: string
}

/** The data folder of a venue: `--home`, else TE_HOME, else `.te` in the repository. */
export function venueHome(option?: string): string {
  return resolve(option ?? env['TE_HOME'] ?? join(import.meta.dirname, '../../.te'))
}

/** Reads a running venue's addresses. Errors: a plain message when none runs there. */
export function findVenue(option?: string): Venue {
  const home = venueHome(option)
  const state = readState(home)
  return {
    home,
    gatewayUrl: state.urls.gateway,
    natsUrl: state.urls.nats,
    influxUrl: state.urls.influx,
    influxDb: state.env['TE_INFLUX_DB'] ?? 'tradeengine',
    adminToken: readFileSync(join(state.secretsDir, 'admin-token'), 'utf8').trim(),
  }
}

interface State {
  readonly urls: { readonly gateway: string; readonly nats: string; readonly influx: string }
  readonly env: Record<string, string | undefined>
  readonly secretsDir: string
}

function readState(home: string): State {
  try {
    return JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8')) as State
  } catch (cause) {
    throw new Error(`no venue runs in ${home}: start one with "npm start"`, { cause })
  }
}
