/**
 * PostgreSQL refuses to run as root. When we are root it runs as `postgres` (or `nobody`), and its
 * folders must be reachable by that user: /root, a typical home of a clone or a cache, is not.
 */
import { chmod, chown, mkdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { runCommand } from './command.ts'

/** A user to run as. */
export interface User {
  name: string
  uid: number
  gid: number
}

/** The user for programs that refuse root; undefined when we are not root and just run them. */
export async function unprivilegedUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8'))
  const user =
    users.find(({ name }) => name === 'postgres') ?? users.find((u) => u.name === 'nobody')
  if (user === undefined) throw new Error('running as root needs a user `postgres` or `nobody`')
  return user
}

/** Reads /etc/passwd. Source: passwd(5). */
export function parsePasswd(text: string): User[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }))
}

/**
 * Gives `wished` when the unprivileged user can reach it, else `fallback` (a folder that only root
 * can make, under /var, so that nobody else can have planted it).
 */
export async function reachableFolder(wished: string, fallback: string): Promise<string> {
  const user = await unprivilegedUser()
  await mkdir(wished, { recursive: true })
  if (user === undefined || (await canReach(wished, user))) return wished
  await mkdir(fallback, { recursive: true, mode: 0o755 })
  if (!(await canReach(fallback, user))) {
    throw new Error(`neither ${wished} nor ${fallback} can be reached by user ${user.name}`)
  }
  return fallback
}

/** Makes a folder that belongs to the user alone, below a data folder that others may pass. */
export async function ownedFolder(
  parent: string,
  name: string,
  user: User | undefined,
): Promise<string> {
  const folder = resolve(parent, name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  return folder
}

/** Lets other users pass through a folder of ours (not list it): temporary folders are 0700. */
export async function makePassable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
}

async function canReach(folder: string, user: User): Promise<boolean> {
  try {
    await runCommand('/bin/sh', ['-c', 'cd "$0"', folder], {
      uid: user.uid,
      gid: user.gid,
      cwd: '/',
      timeoutMs: 5000,
    })
    return true
  } catch {
    return false
  }
}
