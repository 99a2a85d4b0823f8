// The REST side of the public API as a client sees it: bots, replay, smoke and `te` have no other door.

import { Agent, type Dispatcher, request } from 'undici'

/** What authorises a call. */
export type Credentials =
  | { readonly apiKey: string }
  | { readonly token: string }
  | { readonly none: true }

/** An error that the venue answered: its stable code and HTTP status. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, status: number) {
    super(`${code}: ${message}`)
    this.name = 'ApiError'
    this.code = code
    this.status = status
  }
}

export interface RestClient extends AsyncDisposable {
  readonly baseUrl: string
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  delete<T>(path: string): Promise<T>
  /** The same connection pool with other credentials. */
  as(credentials: Credentials): RestClient
}

const TIMEOUT_MS = 15_000

/** Opens a client. Errors: ApiError for what the venue refuses; network errors as undici throws them. */
export function createRest(baseUrl: string, credentials: Credentials = { none: true }): RestClient {
  const agent = new Agent({ keepAliveTimeout: 10_000, headersTimeout: TIMEOUT_MS })
  return restOver(agent, baseUrl.replace(/\/$/, ''), credentials)
}

function restOver(agent: Agent, baseUrl: string, credentials: Credentials): RestClient {
  const call = <T>(method: Dispatcher.HttpMethod, path: string, body?: unknown): Promise<T> =>
    callOnce<T>(agent, `${baseUrl}${path}`, method, credentials, body)
  return {
    baseUrl,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    as: (other) => restOver(agent, baseUrl, other),
    [Symbol.asyncDispose]: () => agent.close(),
  }
}

async function callOnce<T>(
  agent: Agent,
  url: string,
  method: Dispatcher.HttpMethod,
  credentials: Credentials,
  body: unknown,
): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', ...authHeader(credentials) }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await request(url, {
    dispatcher: agent,
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await response.body.text()
  if (response.statusCode >= 400) throw errorOf(text, response.statusCode)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

function authHeader(credentials: Credentials): Record<string, string> {
  if ('apiKey' in credentials) return { 'x-api-key': credentials.apiKey }
  if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` }
  return {}
}

function errorOf(text: string, status: number): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } }
    return new ApiError(error.code, error.message, status)
  } catch {
    return new ApiError('TE_INTERNAL', text.slice(0, 200), status)
  }
}
