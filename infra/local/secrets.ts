/**
 * Makes the secrets of a stack at its first start and keeps them: one file per secret, 0600, in a
 * folder that only we can enter. What processes may read is apart from the servers' passwords.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** How each secret of the processes is made. `pg-url` follows the port, so it is written anew. */
const MAKERS: Record<string, () => string> = {
  'admin-token': randomToken,
  'jwt-private-key': () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'api-key-pepper': randomToken,
  'function-token': randomToken,
  'faas-basic-auth-user': () => 'admin',
  'faas-basic-auth-password': randomToken,
}

/** Makes what is missing, and writes `pg-url`. */
export async function makeSecrets(dir: string, pgUrl: string): Promise<void> {
  for (const [name, make] of Object.entries(MAKERS)) await keepSecret(dir, name, make)
  await writeSecret(dir, 'pg-url', pgUrl)
}

/** Gives a secret, made by `make` (a random token) when there is none yet. */
export async function keepSecret(
  dir: string,
  name: string,
  make: () => string = randomToken,
): Promise<string> {
  const found = await readFile(join(dir, name), 'utf8').catch(() => '')
  if (found !== '') return found
  const made = make()
  await writeSecret(dir, name, made)
  return made
}

function randomToken(): string {
  return randomBytes(32).toString('hex')
}

async function writeSecret(dir: string, name: string, value: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, name)
  // Renamed into place: a torn write never becomes a secret.
  await writeFile(`${file}.partial`, value, { mode: 0o600 })
  await rename(`${file}.partial`, file)
}
