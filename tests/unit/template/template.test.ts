// stack.yml, the template and the repository must say the same; nobody would notice before a build.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { durationMs, readFunctionConfig } from '#adapters/function-server/config.ts'
import { ANNOTATIONS, FUNCTION_TOKEN_SECRET } from '#contracts/function-call.ts'
import { readDeployments } from '../../../infra/local/stack-yml.ts'
import {
  checkCommunityRules,
  FUNCTIONS_MAX,
  readDeployment,
} from '../../../runtime/faas/deployment.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const TEMPLATE = join(ROOT, 'template/openfaas-ts-template')
const FUNCTIONS = ['alerts', 'auth', 'ledger', 'orders', 'portfolio', 'positions', 'risk']

interface Package {
  readonly imports: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

const readPackage = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package

test('stack.yml deploys the seven functions, each from its own folder', async (t) => {
  const deployments = await readDeployments(ROOT, {})
  t.deepEqual(deployments.map(({ service }) => service).sort(), FUNCTIONS)
  const stack = parse(readFileSync(join(ROOT, 'stack.yml'), 'utf8')) as {
    functions: Record<string, { handler: string; lang: string }>
  }
  for (const { service, envVars, secrets, envProcess } of deployments) {
    t.is(envVars['FN'], service)
    t.is(stack.functions[service]?.handler, `./functions/${service}`)
    t.is(stack.functions[service]?.lang, 'openfaas-ts-template')
    t.is(envProcess, 'node index.ts')
    t.true(secrets.includes(FUNCTION_TOKEN_SECRET))
  }
})

test('stack.yml keeps to the rules of OpenFaaS CE', async (t) => {
  const deployments = await readDeployments(ROOT, {})
  t.true(deployments.length <= FUNCTIONS_MAX)
  for (const deployment of deployments) {
    t.notThrows(() => checkCommunityRules(readDeployment(deployment, true)))
    t.regex(deployment.image, /^ghcr\.io\/[a-z0-9/-]+:[\w.-]+$/)
    t.is(deployment.annotations[ANNOTATIONS.rpc], `rpc.${deployment.service}.>`)
    t.true([undefined, 'evt.0'].includes(deployment.annotations[ANNOTATIONS.topic]))
  }
})

test('stack.yml carries no value of a secret', (t) => {
  const text = readFileSync(join(ROOT, 'stack.yml'), 'utf8')
  t.notRegex(text, /password|BEGIN|postgres:\/\//i)
})

test('the template imports the layers by the same names as the repository', (t) => {
  const wanted = Object.entries(readPackage(ROOT).imports).map(([name, path]) => [
    name,
    path.replace('./runtime/', './function/runtime/'),
  ])
  t.deepEqual(readPackage(TEMPLATE).imports, Object.fromEntries(wanted) as Record<string, string>)
})

test('the template pins the versions of the repository, and has all that adapters import', (t) => {
  const own = readPackage(TEMPLATE).dependencies
  const root = readPackage(ROOT).dependencies
  for (const [name, version] of Object.entries(own)) t.is(root[name], version, name)
  for (const name of importedPackages(['functions', 'runtime/domain', 'runtime/contracts'])) {
    t.true(name in own, `${name} is not in the image`)
  }
})

function importedPackages(folders: readonly string[]): Set<string> {
  const names = new Set<string>()
  for (const folder of folders) {
    const path = join(ROOT, folder)
    if (!existsSync(path)) continue
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith('.ts')) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      for (const [, from = ''] of text.matchAll(/from '([^']+)'/g)) {
        if (!/^(\.|#|node:)/.test(from)) names.add(from.split('/')[0] ?? from)
      }
    }
  }
  return names
}

test('stack.yml copies the layers that a function may import, and no other', (t) => {
  const stack = parse(readFileSync(join(ROOT, 'stack.yml'), 'utf8')) as {
    configuration: { copy: string[] }
  }
  t.deepEqual(stack.configuration.copy, [
    './runtime/domain',
    './runtime/contracts',
    './runtime/adapters',
  ])
})

test('the image runs on Node 24, not as root, and without a watchdog', (t) => {
  const file = readFileSync(join(TEMPLATE, 'Dockerfile'), 'utf8')
  t.regex(file, /^FROM node:24/m)
  t.regex(file, /^USER node$/m)
  t.regex(file, /^CMD \["node", "index.ts"\]$/m)
  t.notRegex(file, /^(FROM|COPY).*watchdog/im)
})

test('L5: durations are those of Go or whole seconds, and nothing else', (t) => {
  const table: [string, number][] = [
    ['10', 10_000],
    ['10s', 10_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['1.5s', 1500],
  ]
  for (const [text, ms] of table) t.is(durationMs(text), ms)
  for (const bad of ['', '10 s', 's', '-1s', '1d', '1e3']) t.throws(() => durationMs(bad))
  t.throws(() => readFunctionConfig({ PORT: '80x' }))
  t.is(readFunctionConfig({ exec_timeout: '2m' }).execTimeoutMs, 120_000)
})
