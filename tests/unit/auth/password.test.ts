import test from 'ava'
import * as scryptModule from 'scrypt-kdf'
import { createPasswordHasher, SCRYPT_PARAMS } from '#adapters/auth/index.ts'

const scrypt = (scryptModule as unknown as { default: typeof scryptModule }).default
// Cheap parameters where the test is not about them.
const CHEAP = { logN: 4, r: 1, p: 1 }

test('I5: a stored hash carries logN 15, r 8, p 3 in its own header', async (t) => {
  t.deepEqual(SCRYPT_PARAMS, { logN: 15, r: 8, p: 3 })
  const hasher = await createPasswordHasher()
  const key = await hasher.hash('a fine long password')
  t.is(key.length, 96)
  t.is(Buffer.from(key.subarray(0, 6)).toString('latin1'), 'scrypt')
  t.deepEqual(scrypt.viewParams(key), { logN: 15, r: 8, p: 3 })
})

test('I5: a hash with weaker parameters is right but weak, one with today’s is not weak', async (t) => {
  const hasher = await createPasswordHasher({ logN: 6, r: 2, p: 2 })
  for (const params of [
    { logN: 5, r: 2, p: 2 },
    { logN: 6, r: 1, p: 2 },
    { logN: 6, r: 2, p: 1 },
  ]) {
    const weak = await scrypt.kdf('secret words', params)
    t.deepEqual(await hasher.verify(weak, 'secret words'), { isRight: true, isWeak: true })
    t.deepEqual(await hasher.verify(weak, 'other words'), { isRight: false, isWeak: false })
  }
  const today = await hasher.hash('secret words')
  t.deepEqual(await hasher.verify(today, 'secret words'), { isRight: true, isWeak: false })
  const stronger = await scrypt.kdf('secret words', { logN: 7, r: 2, p: 2 })
  t.deepEqual(await hasher.verify(stronger, 'secret words'), { isRight: true, isWeak: false })
})

test('the 73rd character of a password matters', async (t) => {
  const hasher = await createPasswordHasher(CHEAP)
  const key = await hasher.hash(`${'x'.repeat(72)}a`)
  t.false((await hasher.verify(key, `${'x'.repeat(72)}b`)).isRight)
})

test('nobody is never right, not even with the dummy’s own hash', async (t) => {
  const hasher = await createPasswordHasher(CHEAP)
  t.deepEqual(await hasher.verify(null, ''), { isRight: false, isWeak: false })
})

test('at most 2 hashes run and 20 wait: the 23rd is told TE_AUTH_BUSY, and it passes', async (t) => {
  const hasher = await createPasswordHasher({ logN: 10, r: 8, p: 1 })
  const all = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => hasher.hash(`p${i}`)))
  t.is(all.filter((one) => one.status === 'fulfilled').length, 22)
  for (const one of all) {
    if (one.status === 'rejected') t.is(one.reason.code, 'TE_AUTH_BUSY')
  }
  t.is((await hasher.hash('again')).length, 96)
})
