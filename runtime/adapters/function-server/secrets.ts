// Secrets reach a function only as files, one each: a folder of OpenFaaS, or the local host's.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** A reader of the folder's secrets that reads each file once. Throws when one is not mounted. */
export function createSecrets(folder: string): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    if (!SECRET_NAME.test(name)) throw new Error(`not a secret's name: ${name}`)
    let text: string
    try {
      text = readFileSync(join(folder, name), 'utf8').replace(/\r?\n$/, '')
    } catch (cause) {
      throw new Error(`the secret ${name} is not mounted in ${folder}`, { cause })
    }
    known.set(name, text)
    return text
  }
}
