// The routes of the public API as its own document tells them: what the security tests are made from.

import type { TSchema } from 'typebox'
import { describeApi } from '../../runtime/gateway/describe.ts'

/** A schema as it stands in the document. */
export type JsonSchema = TSchema & {
  type?: string
  pattern?: string
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  minimum?: number
  anyOf?: JsonSchema[]
  const?: unknown
}

/** One route. */
export interface ApiRoute {
  readonly method: string
  /** With {name} for parameters. */
  readonly path: string
  readonly tag: string
  /** Names of the security schemes, and the scope that an API key needs. */
  readonly security: readonly string[]
  readonly scope: string | undefined
  readonly params: Readonly<Record<string, JsonSchema>>
  readonly query: Readonly<Record<string, JsonSchema>>
  readonly body: JsonSchema | undefined
}

interface Operation {
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; schema: JsonSchema }[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
}

/** Every documented route. */
export async function apiRoutes(): Promise<ApiRoute[]> {
  const { paths } = (await describeApi()) as { paths: Record<string, Record<string, Operation>> }
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const { security = [], parameters = [] } = operation
      const fields = (place: string) =>
        Object.fromEntries(
          parameters.filter((p) => p.in === place).map(({ name, schema }) => [name, schema]),
        )
      return {
        method,
        path,
        tag: operation.tags?.[0] ?? '',
        security: security.flatMap((one) => Object.keys(one)),
        scope: security.find((one) => one['apiKey'] !== undefined)?.['apiKey']?.[0],
        params: fields('path'),
        query: fields('query'),
        body: operation.requestBody?.content['application/json']?.schema,
      }
    }),
  )
}

/** A value that fits a schema. */
export function sampleOf(schema: JsonSchema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] as JsonSchema)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, property]) => [name, sampleOf(property)]),
      )
    case 'array':
      return [sampleOf(schema.items as JsonSchema)]
    case 'boolean':
      return true
    case 'integer':
      return schema.minimum ?? 1
    default:
      return sampleText(schema.pattern ?? '')
  }
}

function sampleText(pattern: string): string {
  const candidates = ['BTC-USD', 'USD', '12.5', 'sample-id-0123456789', 'a@b.example']
  return candidates.find((text) => new RegExp(pattern).test(text)) ?? 'abcd'
}

/** A route's path with its parameters filled in. */
export function pathOf(route: ApiRoute, values: Readonly<Record<string, unknown>> = {}): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(values[name] ?? sampleOf(route.params[name] as JsonSchema))),
  )
}
