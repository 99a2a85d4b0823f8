// /system/secrets: names go out, values only come in. A second create is a 409: faas-cli reads it as
// "already exists", and updates when it was asked to replace.

import type { FastifyInstance } from 'fastify'
import { checkNamespace, NAMESPACE, RefusedError, record, text } from './deployment.ts'
import type { Store } from './store.ts'

/** A cluster's limit of a secret. */
const SECRET_BYTES_MAX = 1024 * 1024

/** Adds the routes. */
export function addSecretRoutes(app: FastifyInstance, store: Store): void {
  app.get('/system/secrets', () =>
    store.secretNames().map((name) => ({ name, namespace: NAMESPACE })),
  )
  app.post('/system/secrets', (request, reply) => {
    const { name, value } = readSecret(request.body)
    if (store.hasSecret(name)) throw new RefusedError(409, `secret ${name} already exists`)
    store.writeSecret(name, value)
    return reply.code(202).send()
  })
  app.put('/system/secrets', (request, reply) => {
    const { name, value } = readSecret(request.body)
    if (!store.hasSecret(name)) throw missing(name)
    store.writeSecret(name, value)
    return reply.code(202).send()
  })
  app.delete('/system/secrets', (request, reply) => {
    const { name } = readName(request.body)
    if (!store.hasSecret(name)) throw missing(name)
    store.removeSecret(name)
    return reply.code(202).send()
  })
}

function readName(body: unknown): { name: string; fields: Record<string, unknown> } {
  const fields = record(body, 'body')
  checkNamespace(text(fields, 'namespace', NAMESPACE) || NAMESPACE)
  return { name: text(fields, 'name'), fields }
}

/** `rawValue` (base64 of the file's bytes) wins over the trimmed text. */
function readSecret(body: unknown): { name: string; value: Buffer } {
  const { name, fields } = readName(body)
  const raw = text(fields, 'rawValue', '')
  const value = raw === '' ? Buffer.from(text(fields, 'value', '')) : Buffer.from(raw, 'base64')
  if (value.length > SECRET_BYTES_MAX) throw new RefusedError(400, 'the secret is too large')
  return { name, value }
}

function missing(name: string): RefusedError {
  return new RefusedError(404, `unable to find secret: ${name}`)
}
