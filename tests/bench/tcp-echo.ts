// The machine's floor: a TCP ping-pong of 64 bytes between two Node processes on loopback. Latencies of
// the venue are told as ratios to it, because absolute ones move with the machine's idle state.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import process from 'node:process'
import { build, type Histogram } from 'hdr-histogram-js'

const BYTES = 64

if (process.argv[2] === 'serve') serve()

function serve(): void {
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('data', (data) => socket.write(data))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
  process.on('disconnect', () => process.exit(0))
}

/** Round trips in microseconds, one at a time. */
export async function pingPong(rounds: number): Promise<Histogram> {
  const child = fork(import.meta.filename, ['serve'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [address] = (await once(child, 'message')) as [{ port: number }]
  const histogram = build()
  const socket = connect(address.port, '127.0.0.1')
  socket.setNoDelay(true)
  await once(socket, 'connect')
  const message = Buffer.alloc(BYTES)
  for (let i = 0; i < rounds; i++) {
    const startedMs = performance.now()
    socket.write(message)
    await once(socket, 'data')
    histogram.recordValue(Math.max(1, Math.round((performance.now() - startedMs) * 1000)))
  }
  socket.destroy()
  child.disconnect()
  return histogram
}
