/** Redis: caches and rate limits only. It may lose everything at any time, so nothing is saved. */
import { connect } from 'node:net'
import { type ServerSpec, serverEnv } from './spec.ts'

export const redis: ServerSpec = {
  async prepare({ dir, ports, found }) {
    const settings = {
      bind: '127.0.0.1',
      port: String(ports.redis),
      dir,
      save: '',
      appendonly: 'no',
      maxmemory: '256mb',
      // Keys without an expiry are the ones that must not be dropped silently.
      'maxmemory-policy': 'volatile-lru',
      'set-proc-title': 'no',
    }
    return {
      command: found.binary,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      env: serverEnv(found.env),
      cwd: dir,
      stopSignal: 'SIGTERM',
    }
  },
  probe(ports) {
    return new Promise((done, refuse) => {
      const socket = connect({ host: '127.0.0.1', port: ports.redis, timeout: 2000 })
      const end = (error?: Error): void => {
        socket.destroy()
        if (error === undefined) done()
        else refuse(error)
      }
      socket.once('connect', () => socket.write('PING\r\n'))
      socket.once('data', (data) => {
        const answer = data.toString()
        end(answer.startsWith('+PONG') ? undefined : new Error(`Redis says ${answer.trim()}`))
      })
      socket.once('error', end)
      socket.once('timeout', () => end(new Error('Redis does not answer')))
    })
  },
}
