/** One JSON request with a deadline; what is not an expected status is an Error that says so. */

/** An answer that was not expected. */
export class HttpError extends Error {
  readonly status: number
  readonly body: string
  constructor(method: string, url: string, status: number, body: string) {
    super(`${method} ${url}: ${status} ${body.slice(0, 400)}`)
    this.name = 'HttpError'
    this.status = status
    this.body = body
  }
}

/** What to ask. */
export interface JsonRequest {
  method?: string
  url: string
  body?: unknown
  authorization?: string
  headers?: Record<string, string>
}

/** Asks and gives the parsed answer (undefined when empty). Errors: HttpError outside 200..299. */
export async function requestJson<T>(request: JsonRequest): Promise<T> {
  const { method = 'GET', url, body, authorization } = request
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  })
  const text = await response.text()
  if (!response.ok) throw new HttpError(method, url, response.status, text)
  return (text === '' ? undefined : parse(text)) as T
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
