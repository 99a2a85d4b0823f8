// One spelling per e-mail address, and nothing in it that another system could misread.

import { InputError } from '#contracts/errors.ts'

const LENGTH_MAX = 254
// One @ between runs of allowed characters: each character is looked at once, so a long input costs
// no more than its length. Not RFC 5322: no quotes, comments, brackets, commas, spaces or controls.
const FORM = /^[^\p{C}\p{Z}@"(),:;<>[\\\]]{1,64}@[\p{L}\p{N}.-]{3,253}$/u

/**
 * The address in NFKC and lower case.
 * Errors: TE_AUTH_INVALID_EMAIL.
 */
export function normalizeEmail(text: string): string {
  if (text.length > LENGTH_MAX) throw invalid('is longer than 254 characters')
  const email = text.normalize('NFKC').toLowerCase().normalize('NFKC')
  if (email.length > LENGTH_MAX) throw invalid('is longer than 254 characters')
  if (!FORM.test(email)) throw invalid('is not an address')
  const [local = '', domain = ''] = email.split('@')
  const labels = domain.split('.')
  const isDomain = labels.length >= 2 && labels.every((label) => isLabel(label))
  if (!isDomain || local.split('.').includes('')) throw invalid('is not an address')
  return email
}

function isLabel(label: string): boolean {
  return label.length >= 1 && label.length <= 63 && !label.startsWith('-') && !label.endsWith('-')
}

function invalid(what: string): InputError {
  return new InputError('TE_AUTH_INVALID_EMAIL', `email ${what}`, 'email')
}
