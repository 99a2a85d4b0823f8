import test from 'ava'
import { Type } from 'typebox'
import { Decimal, Id, Limit, SymbolField, strict } from '#contracts/api/fields.ts'
import { parseJson } from '#contracts/api/json.ts'
import { compileCheck, compileTextCheck } from '#contracts/api/validate.ts'
import { InputError } from '#contracts/errors.ts'

const Body = strict({
  symbol: SymbolField,
  price: Type.Optional(Decimal()),
  inner: Type.Optional(strict({ on: Type.Boolean() })),
})
const check = compileCheck(Body)
const Query = strict({ limit: Type.Optional(Limit(10)), id: Type.Optional(Id) })
const checkText = compileTextCheck(Query)

const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof InputError) return `${error.code} ${error.field ?? '-'}`
    throw error
  }
  return 'accepted'
}

const bodies: [unknown, string][] = [
  [{ symbol: 'BTC-USD' }, 'accepted'],
  [{ symbol: 'BTC-USD', price: '12.5' }, 'accepted'],
  [{ symbol: 'BTC-USD', inner: { on: true } }, 'accepted'],
  [{}, 'TE_INPUT_FIELD symbol'],
  [{ symbol: 'btc-usd' }, 'TE_INPUT_SYMBOL symbol'],
  [{ symbol: 'BTC.USD' }, 'TE_INPUT_SYMBOL symbol'],
  [{ symbol: 'BTC-*' }, 'TE_INPUT_SYMBOL symbol'],
  [{ symbol: 'BTC->' }, 'TE_INPUT_SYMBOL symbol'],
  [{ symbol: 'BTC-USD\n' }, 'TE_INPUT_SYMBOL symbol'],
  [{ symbol: 5 }, 'TE_INPUT_FIELD symbol'],
  [{ symbol: 'BTC-USD', price: 12.5 }, 'TE_INPUT_FIELD price'],
  [{ symbol: 'BTC-USD', price: '1e3' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: 'NaN' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: '-1' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: '+1' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: ' 1' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: '01' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: '1.' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: '' }, 'TE_INPUT_DECIMAL price'],
  [{ symbol: 'BTC-USD', price: null }, 'TE_INPUT_FIELD price'],
  [{ symbol: 'BTC-USD', x: 1 }, 'TE_INPUT_FIELD x'],
  [{ symbol: 'BTC-USD', constructor: 1 }, 'TE_INPUT_FIELD constructor'],
  [JSON.parse('{"symbol":"BTC-USD","__proto__":{"on":1}}'), 'TE_INPUT_FIELD __proto__'],
  [{ symbol: 'BTC-USD', inner: { on: 1 } }, 'TE_INPUT_FIELD inner.on'],
  [{ symbol: 'BTC-USD', inner: { on: true, y: 1 } }, 'TE_INPUT_FIELD inner.y'],
  [[], 'TE_INPUT_BODY -'],
  [null, 'TE_INPUT_BODY -'],
  [undefined, 'TE_INPUT_BODY -'],
  ['text', 'TE_INPUT_BODY -'],
]
for (const [value, expected] of bodies) {
  test(`a body ${JSON.stringify(value)} is ${expected}`, (t) => {
    t.is(
      refusal(() => check(value)),
      expected,
    )
  })
}

const LIMITS = [
  '0',
  '-1',
  '1001',
  '1e2',
  '1e9',
  'NaN',
  'Infinity',
  '',
  ' 5',
  '5 ',
  '5.0',
  '0x5',
  '05',
  '٥',
  'null',
  '1,2',
]
for (const limit of LIMITS) {
  test(`B6: a query with limit=${JSON.stringify(limit)} is refused`, (t) => {
    t.is(
      refusal(() => checkText({ limit })),
      'TE_INPUT_FIELD limit',
    )
  })
}

test('B6: a query takes whole numbers inside the bounds, and nothing else is converted', (t) => {
  t.deepEqual(checkText({ limit: '1000', id: '9007199254740991' }), {
    limit: 1000,
    id: Number.MAX_SAFE_INTEGER,
  })
  t.is(
    refusal(() => checkText({ id: '9007199254740993' })),
    'TE_INPUT_FIELD id',
  )
  t.is(
    refusal(() => checkText({ limit: ['1', '2'] })),
    'TE_INPUT_FIELD limit',
  )
})

test('a key that stands twice is refused at any depth, however it is written', (t) => {
  for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"a":1, "a" :2}}]']) {
    t.is(refusal(() => parseJson(text)).split(' ')[0], 'TE_INPUT_JSON')
  }
  const good = '{"a":"a\\":","b":[{"a":1},{"a":"{"}],"c":{"a":"]"}}'
  t.deepEqual(parseJson(good), JSON.parse(good))
})

test('broken and deeply nested JSON is refused', (t) => {
  for (const text of [
    '{',
    '{"a":NaN}',
    "{'a':1}",
    '[1,]',
    '',
    '{"a":1}x',
    '['.repeat(17) + ']'.repeat(17),
  ]) {
    t.is(
      refusal(() => parseJson(text)),
      'TE_INPUT_JSON -',
    )
  }
})
