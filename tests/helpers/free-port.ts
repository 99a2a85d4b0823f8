// A free port on loopback, below the kernel's range for outgoing connections.

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const FROM = 20_000
const TO = 32_000

/** Looks for one; somebody else may still take it, so start the server at once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, TO)
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
