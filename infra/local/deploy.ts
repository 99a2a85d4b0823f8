/**
 * Deploys the functions of stack.yml with the HTTP calls that `faas-cli secret create` and
 * `faas-cli deploy -f stack.yml` make, so the same file goes to any OpenFaaS gateway.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { env } from './config.ts'
import { HttpError, requestJson } from './http-json.ts'
import { repoRoot } from './paths.ts'
import { type FunctionDeployment, readDeployments } from './stack-yml.ts'

const AVAILABLE_TIMEOUT_MS = 60_000
const POLL_MS = 100

/** Where to deploy to. */
export interface DeployTarget {
  faasUrl: string
  /** Folder of secret files, with the credentials of the host among them. */
  secretsDir: string
  note?: (text: string) => void
}

/**
 * Creates the secrets that stack.yml names, deploys every function and waits until each has a
 * replica. Gives the names. Errors: the host's refusal, or the functions that do not come up.
 */
export async function deployFunctions(target: DeployTarget): Promise<string[]> {
  const { note = () => {} } = target
  const host = await connectHost(target)
  const deployments = await readDeployments(repoRoot, env.all)
  const secrets = [...new Set(deployments.flatMap((deployment) => deployment.secrets))]
  const values = new Map<string, string>()
  for (const name of secrets) {
    const value = await readSecret(target.secretsDir, name)
    values.set(name, value)
    await createSecret(host, name, value)
  }
  await Promise.all(
    deployments.map((deployment) => putFunction(host, withSecretsHash(deployment, values))),
  )
  let available = 0
  await Promise.all(
    deployments.map(async ({ service }) => {
      await waitAvailable(host, service)
      available += 1
      note(`${available} of ${deployments.length}`)
    }),
  )
  return deployments.map(({ service }) => service)
}

interface Host {
  url: string
  authorization: string
}

async function connectHost(target: DeployTarget): Promise<Host> {
  const user = await readSecret(target.secretsDir, 'faas-basic-auth-user')
  const password = await readSecret(target.secretsDir, 'faas-basic-auth-password')
  const token = Buffer.from(`${user}:${password}`).toString('base64')
  return { url: target.faasUrl, authorization: `Basic ${token}` }
}

async function readSecret(dir: string, name: string): Promise<string> {
  try {
    return (await readFile(join(dir, name), 'utf8')).trim()
  } catch (cause) {
    throw new Error(`secret ${name} is not in ${dir}`, { cause })
  }
}

/** As `faas-cli secret create --replace`: POST, and PUT when it is there already. */
async function createSecret(host: Host, name: string, value: string): Promise<void> {
  const request = { ...host, url: `${host.url}/system/secrets`, body: { name, value } }
  try {
    await requestJson({ ...request, method: 'POST' })
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 409)) throw error
    await requestJson({ ...request, method: 'PUT' })
  }
}

/**
 * A function reads its secrets when it starts. The hash of their values in an annotation makes a
 * deployment with a changed secret (another port of PostgreSQL) a changed deployment.
 */
function withSecretsHash(
  deployment: FunctionDeployment,
  values: ReadonlyMap<string, string>,
): FunctionDeployment {
  const hash = createHash('sha256')
  for (const name of deployment.secrets) hash.update(`${name}=${values.get(name) ?? ''}\n`)
  const annotations = {
    ...deployment.annotations,
    'com.tradeengine.secrets-hash': hash.digest('hex').slice(0, 16),
  }
  return { ...deployment, annotations }
}

/** As `faas-cli deploy`: PUT, and POST when the function is new. */
async function putFunction(host: Host, body: FunctionDeployment): Promise<void> {
  const request = { ...host, url: `${host.url}/system/functions`, body }
  try {
    await requestJson({ ...request, method: 'PUT' })
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 404)) throw error
    await requestJson({ ...request, method: 'POST' })
  }
}

async function waitAvailable(host: Host, service: string): Promise<void> {
  const deadline = Date.now() + AVAILABLE_TIMEOUT_MS
  for (;;) {
    const status = await requestJson<{ availableReplicas?: number }>({
      ...host,
      url: `${host.url}/system/function/${service}`,
    })
    if ((status.availableReplicas ?? 0) > 0) return
    if (Date.now() > deadline) {
      throw new Error(`function ${service} has no replica after ${AVAILABLE_TIMEOUT_MS / 1000} s`)
    }
    await sleep(POLL_MS)
  }
}
