// Passwords as scrypt keys. The only importer of scrypt-kdf, whose own defaults are too weak: all
// three parameters stand here, once.

import * as scryptModule from 'scrypt-kdf'
import { OperationalError } from '#contracts/errors.ts'

// The package's types describe named exports; at run time there is one default export that has them.
const scrypt = (scryptModule as unknown as { default: typeof scryptModule }).default

/** 32 MiB and about a quarter of a second a hash. Source: OWASP password storage, scrypt row. */
export const SCRYPT_PARAMS = { logN: 15, r: 8, p: 3 } as const

/** Hashes at once: 2 x 32 MiB, and two of libuv's four threads stay free for files and DNS. */
const HASHES_MAX = 2
/** Waiting behind them: 20 x 0.27 s / 2 is below the 5 s that a caller waits. */
const QUEUE_MAX = 20

/** Hashes and checks passwords (already normalised, see functions/auth). */
export interface PasswordHasher {
  /** 96 bytes with parameters and salt. Errors: TE_AUTH_BUSY. */
  readonly hash: (password: string) => Promise<Uint8Array>
  /**
   * Checks against a stored key; `null` (no such user) takes the same time and is never right.
   * `isWeak`: right, but stored with weaker parameters than today's. Errors: TE_AUTH_BUSY.
   */
  readonly verify: (
    stored: Uint8Array | null,
    password: string,
  ) => Promise<{ readonly isRight: boolean; readonly isWeak: boolean }>
}

/** Makes the hasher of a process, with the dummy key that stands for unknown users. */
export async function createPasswordHasher(
  params: { readonly logN: number; readonly r: number; readonly p: number } = SCRYPT_PARAMS,
): Promise<PasswordHasher> {
  const gate = createGate()
  const dummy = await scrypt.kdf(crypto.getRandomValues(new Uint8Array(32)), params)
  return {
    hash: (password) => gate(() => scrypt.kdf(password, params)),
    verify: (stored, password) =>
      gate(async () => {
        const isEqual = await scrypt.verify(stored ?? dummy, password)
        const isRight = isEqual && stored !== null
        return { isRight, isWeak: isRight && isWeaker(scrypt.viewParams(stored), params) }
      }),
  }
}

function isWeaker(
  stored: { logN: number; r: number; p: number },
  today: { logN: number; r: number; p: number },
): boolean {
  return stored.logN < today.logN || stored.r < today.r || stored.p < today.p
}

/** At most HASHES_MAX tasks run, QUEUE_MAX wait, the next is refused. */
function createGate(): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0
  const queue: (() => void)[] = []
  return async (task) => {
    if (running < HASHES_MAX) running += 1
    else if (queue.length >= QUEUE_MAX) {
      throw new OperationalError('TE_AUTH_BUSY', 'too many logins at once', { retryable: true })
    } else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      return await task()
    } finally {
      // The place goes to the next in line without becoming free in between.
      const next = queue.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
