// REST calls of the page. Errors: VenueError with the venue's code.

import type { WireError } from './wire.ts'

export class VenueError extends Error {
  readonly code: string
  constructor({ code, message }: WireError) {
    super(message)
    this.name = 'VenueError'
    this.code = code
  }
}

export async function call<T>(
  method: string,
  path: string,
  options: { body?: unknown; token?: string | undefined } = {},
): Promise<T> {
  const headers: Record<string, string> = {}
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`
  const response = await fetch(path, {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
  })
  const text = await response.text()
  const json: unknown = text === '' ? undefined : JSON.parse(text)
  if (!response.ok) throw new VenueError((json as { error: WireError }).error)
  return json as T
}
