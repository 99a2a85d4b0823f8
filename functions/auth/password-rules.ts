// Which passwords may be chosen. Source: OWASP ASVS 5.0, 6.2: length over composition, any Unicode,
// no truncation, common and context words refused.

import { InputError } from '#contracts/errors.ts'

/** Code points after NFKC. */
const LENGTH_MIN = 12
const LENGTH_MAX = 128
/** Fewer different characters than this is a pattern, not a password. */
const DIFFERENT_MIN = 5

// The common ones that are long enough to get past the length: whole, or repeated, or with a tail of
// digits and punctuation.
const COMMON = new Set(
  `password passwort passw0rd p@ssword p@ssw0rd letmein letmeinplease welcome welcomehome iloveyou
  iloveyouforever qwerty qwertyuiop qwertyuiopasdf qwertyasdfgh qazwsxedc qazwsxedcrfv 1qaz2wsx3edc
  1q2w3e4r5t6y 1234567890 123456789012 1234567890123 abcdefghijkl abcd1234abcd asdfghjkl
  asdfghjkl asdfghjklqwe zxcvbnm zaq12wsxcde administrator admin changeme changemenow secret
  correcthorsebatterystaple trustno1 sunshine princess football baseball superman batman dragon
  master monkey shadow computer internet bitcoin tradeengine trading exchange`.split(/\s+/),
)

/** The form in which a password is hashed and compared. */
export function normalizePassword(text: string): string {
  return text.normalize('NFKC')
}

/**
 * Checks a new password and returns its normal form.
 * Errors: TE_AUTH_WEAK_PASSWORD.
 */
export function chooseNewPassword(text: string, email: string): string {
  const password = normalizePassword(text)
  const { length } = Array.from(password)
  if (!password.isWellFormed()) throw weak('is not well-formed text')
  if (length < LENGTH_MIN || length > LENGTH_MAX) {
    throw weak(`must have ${LENGTH_MIN} to ${LENGTH_MAX} characters`)
  }
  if (new Set(password).size < DIFFERENT_MIN) throw weak('repeats too few characters')
  const lower = password.toLowerCase()
  if (lower === email || lower === email.split('@')[0]) throw weak('is the e-mail address')
  if (isCommon(lower)) throw weak('is a common one')
  return password
}

function isCommon(lower: string): boolean {
  const word = lower.replace(/[^\p{L}]{0,128}$/u, '')
  if (COMMON.has(lower) || COMMON.has(word)) return true
  for (let period = 1; period <= lower.length / 2; period++) {
    if (lower.length % period !== 0) continue
    const part = lower.slice(0, period)
    if (COMMON.has(part) && part.repeat(lower.length / period) === lower) return true
  }
  return false
}

function weak(what: string): InputError {
  return new InputError('TE_AUTH_WEAK_PASSWORD', `password ${what}`, 'password')
}
