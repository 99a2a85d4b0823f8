/**
 * Reads stack.yml as faas-cli does and makes the bodies that it sends.
 * Source: faas-cli 0.18, stack/stack.go (envsubst over the whole text, fprocess from the template's
 * template.yml) and faas-provider types.FunctionDeployment.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

/** The body of PUT and POST /system/functions. */
export interface FunctionDeployment {
  service: string
  image: string
  envProcess?: string
  envVars: Record<string, string>
  secrets: string[]
  labels: Record<string, string>
  annotations: Record<string, string>
  constraints?: string[]
  limits?: Record<string, string>
  requests?: Record<string, string>
  readOnlyRootFilesystem?: boolean
}

interface StackYml {
  functions?: Record<string, FunctionYml | undefined>
}

interface FunctionYml {
  lang?: string
  image?: string
  fprocess?: string
  environment?: Record<string, unknown>
  secrets?: string[]
  labels?: Record<string, unknown>
  annotations?: Record<string, unknown>
  constraints?: string[]
  limits?: Record<string, string>
  requests?: Record<string, string>
  readonly_root_filesystem?: boolean
}

/** Reads `stack.yml` of a folder and makes one deployment per function. */
export async function readDeployments(
  folder: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<FunctionDeployment[]> {
  const text = await readFile(join(folder, 'stack.yml'), 'utf8')
  const stack = parse(substitute(text, variables)) as StackYml
  return Promise.all(
    Object.entries(stack.functions ?? {}).map(async ([service, yml]) => {
      if (yml?.image === undefined) throw new Error(`stack.yml: function ${service} has no image`)
      const envProcess = yml.fprocess ?? (await templateProcess(folder, yml.lang))
      return {
        service,
        image: yml.image,
        ...(envProcess === undefined ? {} : { envProcess }),
        envVars: textValues(yml.environment),
        secrets: yml.secrets ?? [],
        labels: textValues(yml.labels),
        annotations: textValues(yml.annotations),
        ...(yml.constraints === undefined ? {} : { constraints: yml.constraints }),
        ...(yml.limits === undefined ? {} : { limits: yml.limits }),
        ...(yml.requests === undefined ? {} : { requests: yml.requests }),
        ...(yml.readonly_root_filesystem === true ? { readOnlyRootFilesystem: true } : {}),
      }
    }),
  )
}

/**
 * Puts variables into a text: `${NAME}` (empty when unset), `${NAME:-default}` (default when unset
 * or empty), `${NAME-default}` (default when unset); `$$` is a dollar sign.
 */
export function substitute(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(
    /\$\$|\$\{([A-Za-z_]\w*)(?:(:?)-([^}]*))?\}/g,
    (all, name: string | undefined, colon: string, fallback: string | undefined) => {
      if (all === '$$') return '$'
      const value = variables[name ?? '']
      const useFallback = value === undefined || (colon === ':' && value === '')
      return useFallback ? (fallback ?? '') : value
    },
  )
}

async function templateProcess(
  folder: string,
  lang: string | undefined,
): Promise<string | undefined> {
  if (lang === undefined || lang === 'dockerfile') return undefined
  const text = await readFile(join(folder, 'template', lang, 'template.yml'), 'utf8')
  return (parse(text) as { fprocess?: string }).fprocess
}

function textValues(values: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]),
  )
}
