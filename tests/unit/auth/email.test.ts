import test from 'ava'
import { InputError } from '#contracts/errors.ts'
import { normalizeEmail } from '../../../functions/auth/email.ts'

const refuse = (text: string) => {
  try {
    normalizeEmail(text)
    return 'accepted'
  } catch (error) {
    return error instanceof InputError ? error.code : String(error)
  }
}

test('I2: ordinary addresses become NFKC and lower case', (t) => {
  const table: [string, string][] = [
    ['a@example.com', 'a@example.com'],
    ['First.Last+tag@Example.COM', 'first.last+tag@example.com'],
    ["o'neil@sub.domain.example", "o'neil@sub.domain.example"],
    ['ＡＢＣ@example.com', 'abc@example.com'],
    ['ﬁ@example.com', 'fi@example.com'],
    ['a@ｅxample.com', 'a@example.com'],
    ['jürgen@müller.example', 'jürgen@müller.example'],
    ['ju\u0308rgen@example.com', 'jürgen@example.com'],
    ['a＠example.com', 'a@example.com'],
  ]
  for (const [given, expected] of table) t.is(normalizeEmail(given), expected)
})

test('I2: the normal form of a normal form is itself', (t) => {
  for (const text of ['İstanbul@example.com', 'ẞtrasse@example.com', 'K@example.com']) {
    const once = normalizeEmail(text)
    t.is(normalizeEmail(once), once)
  }
})

test('I2: what could be read as two addresses, a header or a command is refused', (t) => {
  const bad = [
    '',
    '@',
    'a',
    'a@',
    '@example.com',
    'a@b',
    'a@@example.com',
    'a@b@example.com',
    'a b@example.com',
    'a\u00a0b@example.com',
    'a@exam ple.com',
    'a\r\nBcc: x@example.com',
    'a\n@example.com',
    'a\0@example.com',
    'a\u202e@example.com',
    'a\u200b@example.com',
    '\ud800@example.com',
    '"a"@example.com',
    'a(comment)@example.com',
    '<a@example.com>',
    'a,b@example.com',
    'a;b@example.com',
    'a:b@example.com',
    'a\\b@example.com',
    'a@[127.0.0.1]',
    'a@example..com',
    'a@.example.com',
    'a@example.com.',
    'a@-example.com',
    'a@example-.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@exa_mple.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${'b.'.repeat(130)}com`,
    `${'ﷺ'.repeat(20)}@example.com`,
  ]
  for (const text of bad) t.is(refuse(text), 'TE_AUTH_INVALID_EMAIL', JSON.stringify(text))
})

test('I2: 100 kB of input is refused by its length, before any pattern looks at it', (t) => {
  for (const text of ['a'.repeat(100_000), `${'a.'.repeat(50_000)}@x.y`, '@'.repeat(100_000)]) {
    t.is(refuse(text), 'TE_AUTH_INVALID_EMAIL')
  }
})
