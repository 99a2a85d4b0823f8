// What a deploy request may say: the JSON of faas-provider's FunctionDeployment, and the rules that
// OpenFaaS CE adds (openfaas is a contract of others: every 400 here is one that a cluster gives).

/** The body of POST and PUT /system/functions. */
export interface Deployment {
  readonly service: string
  readonly image: string
  readonly namespace: string
  readonly envProcess?: string
  readonly envVars: Readonly<Record<string, string>>
  readonly constraints: readonly string[]
  readonly secrets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly limits?: Resources
  readonly requests?: Resources
  readonly readOnlyRootFilesystem?: boolean
}

/** Kept and shown again; the local host does not enforce it. */
export interface Resources {
  readonly memory?: string
  readonly cpu?: string
}

/** The one namespace of CE. */
export const NAMESPACE = 'openfaas-fn'
/** CE refuses more. */
export const FUNCTIONS_MAX = 15
/** CE's largest number of replicas. */
export const REPLICAS_MAX = 5

/** A request that is refused; the text is what faas-cli prints. */
export class RefusedError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'RefusedError'
    this.status = status
  }
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/
const LABEL_VALUE = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/
const PRO_LABELS = [
  'com.openfaas.scale.zero-duration',
  'com.openfaas.scale.target',
  'com.openfaas.scale.type',
]

/** Reads a deploy request. Errors: RefusedError 400. */
export function readDeployment(body: unknown, isStrict: boolean): Deployment {
  const request = record(body, 'body')
  const service = text(request, 'service')
  if (!NAME.test(service)) throw invalid(`service name "${service}" is not a DNS label`)
  const namespace = text(request, 'namespace', NAMESPACE) || NAMESPACE
  const envProcess = text(request, 'envProcess', '')
  const limits = resources(request, 'limits')
  const requests = resources(request, 'requests')
  const deployment: Deployment = {
    service,
    image: text(request, 'image'),
    namespace,
    ...(envProcess === '' ? {} : { envProcess }),
    envVars: texts(request, 'envVars'),
    constraints: list(request, 'constraints'),
    secrets: list(request, 'secrets'),
    labels: texts(request, 'labels'),
    annotations: texts(request, 'annotations'),
    ...(limits === undefined ? {} : { limits }),
    ...(requests === undefined ? {} : { requests }),
    ...(request['readOnlyRootFilesystem'] === true ? { readOnlyRootFilesystem: true } : {}),
  }
  checkNamespace(namespace)
  if (isStrict) checkCommunityRules(deployment)
  return deployment
}

/** Refuses what the community edition refuses. Errors: RefusedError 400. */
export function checkCommunityRules({ labels, annotations }: Deployment): void {
  if (annotations['topic']?.includes(',') === true) {
    throw invalid('annotation topic: more than one topic needs OpenFaaS Pro')
  }
  for (const [key, value] of Object.entries(labels)) {
    if (!LABEL_KEY.test(key)) throw invalid(`label "${key}" is not a label name`)
    if (!LABEL_VALUE.test(value)) throw invalid(`label ${key}: "${value}" is not a label value`)
    if (PRO_LABELS.includes(key) || (key === 'com.openfaas.scale.zero' && value === 'true')) {
      throw invalid(`label ${key} needs OpenFaaS Pro`)
    }
  }
  for (const bound of ['min', 'max']) {
    const key = `com.openfaas.scale.${bound}`
    const value = labels[key]
    if (value === undefined) continue
    if (!/^\d{1,4}$/.test(value) || Number(value) > REPLICAS_MAX) {
      throw invalid(`label ${key}: at most ${REPLICAS_MAX} replicas, not "${value}"`)
    }
  }
}

/** Errors: RefusedError 400 for any other namespace than CE's. */
export function checkNamespace(namespace: string): void {
  if (namespace !== NAMESPACE) throw invalid(`namespace must be ${NAMESPACE}`)
}

/** How many replicas a deployment asks for at its start. */
export function replicasWanted({ labels }: Deployment): number {
  const least = Number(labels['com.openfaas.scale.min'] ?? '1') || 1
  return Math.min(Math.max(least, 1), REPLICAS_MAX)
}

/** A body that must be a JSON object. Errors: RefusedError 400. */
export function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RefusedError(400, `${what} is not a JSON object`)
  }
  return value as Record<string, unknown>
}

/** A text of a request, the fallback when it is absent. Errors: RefusedError 400. */
export function text(from: Record<string, unknown>, name: string, fallback?: string): string {
  const value = from[name] ?? fallback
  if (typeof value !== 'string' || (fallback === undefined && value === '')) {
    throw invalid(`${name} is required`)
  }
  return value
}

function texts(from: Record<string, unknown>, name: string): Record<string, string> {
  const values = record(from[name] ?? {}, name)
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'string') throw invalid(`${name}.${key} is not a text`)
  }
  return values as Record<string, string>
}

function list(from: Record<string, unknown>, name: string): string[] {
  const values = from[name] ?? []
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) {
    throw invalid(`${name} is not a list of texts`)
  }
  return values as string[]
}

function resources(from: Record<string, unknown>, name: string): Resources | undefined {
  if (from[name] === undefined || from[name] === null) return undefined
  return texts(from, name) as Resources
}

function invalid(what: string): RefusedError {
  return new RefusedError(400, `validation failed: ${what}`)
}
