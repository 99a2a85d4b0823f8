import test from 'ava'
import { InputError } from '#contracts/errors.ts'
import { chooseNewPassword } from '../../../functions/auth/password-rules.ts'

const EMAIL = 'someone.special@example.com'
const verdict = (password: string) => {
  try {
    chooseNewPassword(password, EMAIL)
    return 'ok'
  } catch (error) {
    return error instanceof InputError ? error.code : String(error)
  }
}

test('a password has 12 to 128 characters of any Unicode, counted after NFKC', (t) => {
  t.is(verdict('abcdefghij1'), 'TE_AUTH_WEAK_PASSWORD')
  t.is(verdict('abcdefghij12'), 'ok')
  t.is(verdict('пароль из слов'), 'ok')
  t.is(verdict('🦊🐙🦄🐢🦉🐝🦋🐌🐞🐜🦗🕷'), 'ok')
  t.is(verdict('🦊🐙🦄🐢🦉🐝'), 'TE_AUTH_WEAK_PASSWORD')
  const long = Array.from({ length: 128 }, (_, i) => String.fromCodePoint(0x1f600 + (i % 60)))
  t.is(verdict(long.join('')), 'ok')
  t.is(verdict(`${long.join('')}x`), 'TE_AUTH_WEAK_PASSWORD')
  t.is(verdict('half a surrogate \ud800'), 'TE_AUTH_WEAK_PASSWORD')
})

test('two spellings of one password are one', (t) => {
  t.is(chooseNewPassword('ju\u0308rgen likes tea', EMAIL), 'jürgen likes tea')
  t.is(chooseNewPassword('ｆｕｌｌ width text', EMAIL), 'full width text')
})

test('common, patterned and personal passwords are refused', (t) => {
  const bad = [
    'password1234',
    'PASSWORD123456!',
    'passwordpassword',
    'qwertyuiop12',
    'letmeinletmein',
    'TradeEngine2026!',
    '123456789012',
    'aaaaaaaaaaaaaaaa',
    'abababababab',
    'someone.special',
    EMAIL,
    EMAIL.toUpperCase(),
    'correcthorsebatterystaple',
  ]
  for (const password of bad) t.is(verdict(password), 'TE_AUTH_WEAK_PASSWORD', password)
})
