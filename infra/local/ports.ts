/** Chooses the ports of servers and processes: the usual ones, or free ones. All on loopback. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** The usual port of everything that listens; the second ones are for a server's own use. */
export const DEFAULT_PORTS = {
  nats: 4222,
  natsMonitor: 8222,
  postgres: 5432,
  redis: 6379,
  influx: 8086,
  influxBackup: 8088,
  etcd: 2379,
  etcdPeer: 2380,
  gateway: 8000,
  matching: 8003,
  feed: 8006,
  connector: 8010,
  faas: 8080,
} as const

/** What a port is for. */
export type PortName = keyof typeof DEFAULT_PORTS

/** A port for each name. */
export type Ports = Record<PortName, number>

/** The functions' ports are this + n (auth 8001 … alerts 8009). */
export const FUNCTION_PORT_BASE = 8000
const FUNCTION_PORTS = [1, 2, 4, 5, 7, 8, 9].map((n) => FUNCTION_PORT_BASE + n)

// Below the kernel's range for outgoing connections (32768 up), so that no client takes a port
// between our look and the server's bind.
const FREE_FROM = 20_000
const FREE_TO = 32_000
const TRIES_MAX = 200

/** The ports of one stack, and which of the usual ones were taken. */
export interface PortChoice {
  ports: Ports
  /** 8000, or 0 when the functions take any free ports. */
  functionPortBase: number
  moved: { name: string; from: number; to: number }[]
}

/** Chooses all ports of a stack; a usual port that is taken is replaced by a free one. */
export async function choosePorts(
  wish: 'default' | 'free',
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<PortChoice> {
  const chosen = new Set<number>()
  const moved: PortChoice['moved'] = []
  const ports: Ports = { ...DEFAULT_PORTS }
  for (const name of Object.keys(DEFAULT_PORTS) as PortName[]) {
    const usual = DEFAULT_PORTS[name]
    if (wish === 'default' && (await isFree(usual))) {
      chosen.add(usual)
      continue
    }
    const port = await findFree(chosen, isFree)
    chosen.add(port)
    ports[name] = port
    if (wish === 'default') moved.push({ name, from: usual, to: port })
  }
  return { ports, functionPortBase: await functionBase(wish, isFree, moved), moved }
}

/** True when a server could listen there now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => done(true)),
    )
  })
}

async function functionBase(
  wish: 'default' | 'free',
  isFree: (port: number) => Promise<boolean>,
  moved: PortChoice['moved'],
): Promise<number> {
  if (wish === 'free') return 0
  const free = await Promise.all(FUNCTION_PORTS.map((port) => isFree(port)))
  if (free.every(Boolean)) return FUNCTION_PORT_BASE
  const from = FUNCTION_PORTS[free.indexOf(false)] ?? FUNCTION_PORT_BASE
  moved.push({ name: 'functions', from, to: 0 })
  return 0
}

async function findFree(
  chosen: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(FREE_FROM, FREE_TO)
    if (!chosen.has(port) && (await isFree(port))) return port
  }
  throw new Error(`no free port between ${FREE_FROM} and ${FREE_TO} in ${TRIES_MAX} tries`)
}
