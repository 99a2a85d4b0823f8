/**
 * PostgreSQL: the cluster, its roles and the database.
 * Two roles share the work: `tradeengine_owner` owns the tables and runs the migrations,
 * `tradeengine` is what the functions log in as. It cannot give itself a right back that a
 * migration took from it, which is what makes the ledger append-only.
 */
import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createPostgres, type Postgres } from '#adapters/postgres/pool.ts'
import { runCommand } from '../command.ts'
import { folderId } from '../paths.ts'
import type { Ports } from '../ports.ts'
import { ownedFolder, reachableFolder, unprivilegedUser } from '../unprivileged.ts'
import { type ServerContext, type ServerSpec, serverEnv } from './spec.ts'

const DATABASE = 'tradeengine'
const OWNER = 'tradeengine_owner'
const APP = 'tradeengine'

/** Settings that differ from PostgreSQL's defaults; all time zones GMT, which needs no file. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  // The projections write in bulk: fewer, larger checkpoints.
  max_wal_size: '4GB',
  // No replica reads this log: it needs to hold only what a crash needs.
  wal_level: 'minimal',
  max_wal_senders: '0',
  checkpoint_timeout: '10min',
  fsync: 'on',
  synchronous_commit: 'on',
  password_encryption: 'scram-sha-256',
  jit: 'off',
  timezone: 'GMT',
  log_timezone: 'GMT',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
} as const

export const postgres: ServerSpec = {
  async prepare(context) {
    const user = await unprivilegedUser()
    const fallback = `/var/lib/tradeengine/${folderId(context.dataDir)}`
    const parent = await reachableFolder(context.dataDir, fallback)
    const dir = await ownedFolder(parent, 'postgres', user)
    const bin = dirname(context.found.binary)
    const env = serverEnv(context.found.env)
    await initialise({ ...context, dir }, bin, env)
    const settings = { ...SETTINGS, port: String(context.ports.postgres) }
    return {
      command: context.found.binary,
      args: [
        '-D',
        join(dir, 'data'),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      env,
      cwd: dir,
      user,
      stopSignal: 'SIGINT',
    }
  },
  async probe(ports, password) {
    await using db = createPostgres({ url: await adminUrl(ports, password), max: 1 })
    await db.probe()
  },
}

async function initialise(
  { dir, password, found }: ServerContext,
  bin: string,
  env: Record<string, string>,
): Promise<void> {
  const data = join(dir, 'data')
  const major = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (major !== undefined) {
    if (Number(major) === found.version[0]) return
    throw new Error(
      `${data} was made by PostgreSQL ${major.trim()}, found is ${found.version[0]}: ` +
        `install version ${major.trim()}, or dump and restore (see the PostgreSQL manual)`,
    )
  }
  const user = await unprivilegedUser()
  const partial = join(dir, 'data.partial')
  const passwordFile = join(dir, 'password')
  await rm(partial, { recursive: true, force: true })
  await writeFile(passwordFile, await password('pg-admin'), { mode: 0o600 })
  if (user !== undefined) await chown(passwordFile, user.uid, user.gid)
  const run = { env, uid: user?.uid, gid: user?.gid, cwd: dir }
  const flags = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  const locale = ['--encoding=UTF8', '--locale=C', '--no-instructions']
  try {
    await runCommand(join(bin, 'initdb'), ['-D', partial, ...flags, ...locale], run)
  } finally {
    await rm(passwordFile, { force: true })
  }
  // A torn initdb never looks like a cluster: the name comes last.
  await runCommand('mv', [partial, data], run)
}

/** The functions' URL. */
export async function appUrl(ports: Ports, password: Password): Promise<string> {
  return urlFor(ports, APP, await password('pg-app'))
}

/** The migrations' URL. */
export async function ownerUrl(ports: Ports, password: Password): Promise<string> {
  return urlFor(ports, OWNER, await password('pg-owner'))
}

/** Makes roles, database and default rights; repeats harmlessly. */
export async function setUpDatabase(ports: Ports, password: Password): Promise<void> {
  await using admin = createPostgres({ url: await adminUrl(ports, password), max: 1 })
  await setUpRole(admin, OWNER, await password('pg-owner'))
  await setUpRole(admin, APP, await password('pg-app'))
  const found = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
  if (found.rowCount === 0) await admin.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`)
  await using owner = createPostgres({ url: await ownerUrl(ports, password), max: 1 })
  await owner.query(`GRANT CONNECT ON DATABASE ${DATABASE} TO ${APP}`)
  for (const rights of [
    'SELECT, INSERT, UPDATE, DELETE ON TABLES',
    'USAGE, SELECT ON SEQUENCES',
    'EXECUTE ON FUNCTIONS',
    'USAGE ON SCHEMAS',
  ]) {
    await owner.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} GRANT ${rights} TO ${APP}`)
  }
}

type Password = (name: string) => Promise<string>

async function setUpRole(admin: Postgres, role: string, secret: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
  // DDL takes no parameters: the password is hexadecimal, made by us, and checked here again.
  if (!/^[0-9a-f]+$/.test(secret)) throw new Error(`the password of ${role} is not hexadecimal`)
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER'
  await admin.query(`${verb} ROLE ${role} LOGIN PASSWORD '${secret}'`)
}

async function adminUrl(ports: Ports, password: Password): Promise<string> {
  return urlFor(ports, 'postgres', await password('pg-admin'), 'postgres')
}

function urlFor(ports: Ports, role: string, secret: string, database = DATABASE): string {
  return `postgres://${role}:${secret}@127.0.0.1:${ports.postgres}/${database}`
}
