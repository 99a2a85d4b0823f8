import test from 'ava'
import { InputError } from '#contracts/errors.ts'
import { readParams } from '#contracts/params.ts'

/** The code and field of a refusal, or the value. */
function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.field === undefined ? error.code : `${error.code} ${error.field}`
  }
}

test('parameters are one JSON object', (t) => {
  for (const value of [null, undefined, [], 'x', 1, true]) {
    t.is(
      attempt(() => readParams(value)),
      'TE_INPUT_BODY',
    )
  }
  t.notThrows(() => readParams({}).end())
})

test('a field that nobody asks for is refused, __proto__ like any other', (t) => {
  for (const text of ['{"a":1,"b":2}', '{"a":1,"__proto__":{"b":1}}', '{"a":1,"constructor":1}']) {
    const params = readParams(JSON.parse(text))
    params.integer('a', { min: 0, max: 9 })
    t.regex(String(attempt(() => params.end())), /^TE_INPUT_FIELD (?:b|__proto__|constructor)$/)
  }
  t.is(
    attempt(() => readParams({}).text('toString', { max: 9 })),
    'TE_INPUT_FIELD toString',
  )
})

test('null is the same as missing', (t) => {
  const params = readParams({ a: null })
  t.is(params.optionalText('a', { max: 9 }), undefined)
  t.is(params.optionalInteger('b', { min: 0, max: 1 }), undefined)
  t.is(
    attempt(() => params.integer('a', { min: 0, max: 1 })),
    'TE_INPUT_FIELD a',
  )
  t.notThrows(() => params.end())
})

test('B6: integers are integers inside their bounds, never text or near misses', (t) => {
  const bounds = { min: 1, max: 1000 }
  t.is(
    attempt(() => readParams({ n: 1000 }).integer('n', bounds)),
    1000,
  )
  for (const n of [
    0,
    1001,
    -1,
    1.5,
    '5',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    [5],
    2 ** 53,
  ]) {
    t.is(
      attempt(() => readParams({ n }).optionalInteger('n', bounds)),
      'TE_INPUT_FIELD n',
      String(n),
    )
  }
})

test('texts are bounded and match their pattern as a whole', (t) => {
  const bounds = { min: 2, max: 4, pattern: /^[a-z]+$/ }
  t.is(
    attempt(() => readParams({ s: 'abcd' }).text('s', bounds)),
    'abcd',
  )
  for (const s of ['', 'a', 'abcde', 'ab1', 'ab\n', 5, {}, ['ab']]) {
    t.is(
      attempt(() => readParams({ s }).text('s', bounds)),
      'TE_INPUT_FIELD s',
    )
  }
})

test('members of closed sets are compared whole', (t) => {
  const set = ['read', 'trade'] as const
  t.is(readParams({ x: 'read' }).oneOf('x', set), 'read')
  t.is(readParams({}).optionalOneOf('x', set), undefined)
  t.deepEqual(readParams({ x: ['trade', 'read'] }).someOf('x', set), ['trade', 'read'])
  for (const x of ['Read', 'rea', 'read,trade', 1, ['read']]) {
    t.is(
      attempt(() => readParams({ x }).oneOf('x', set)),
      'TE_INPUT_FIELD x',
    )
  }
  for (const x of ['read', [], ['read', 'read'], ['x'], ['read', 'trade', 'read'], { 0: 'read' }]) {
    t.is(
      attempt(() => readParams({ x }).someOf('x', set)),
      'TE_INPUT_FIELD x',
    )
  }
})

test('symbols, account ids and minSeq have their own rules', (t) => {
  t.is(readParams({ symbol: 'BTC-USD' }).symbol(), 'BTC-USD')
  for (const symbol of ['btc-usd', 'BTC', 'BTC-USD.', 'BTC->', 'BTC-USD\n', 'A-B']) {
    t.is(
      attempt(() => readParams({ symbol }).optionalSymbol()),
      'TE_INPUT_FIELD symbol',
    )
  }
  t.is(
    attempt(() => readParams({ accountId: '1000' }).accountId()),
    'TE_INPUT_FIELD accountId',
  )
  t.is(readParams({ minSeq: 0 }).minSeq(), 0)
  t.is(readParams({}).minSeq(), undefined)
  t.is(
    attempt(() => readParams({ minSeq: -1 }).minSeq()),
    'TE_INPUT_FIELD minSeq',
  )
})
