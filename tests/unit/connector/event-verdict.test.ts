import test from 'ava'
import { readVerdict } from '../../../runtime/connector/event-verdict.ts'

const verdict = (status: number, body: unknown) =>
  readVerdict({ status, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) })

const TABLE: readonly [string, number, unknown, string][] = [
  ['ok with an offset is applied', 200, { ok: true, seq: 5 }, 'Applied'],
  ['ok without an offset acknowledges nothing', 200, { ok: true }, 'Retry'],
  ['a page of a proxy acknowledges nothing', 200, '<html>', 'Retry'],
  ['a gap with its sequence seeks', 409, { ok: false, expectedSeq: 3 }, 'Seek'],
  ['a conflict without a sequence is tried again', 409, { ok: false }, 'Retry'],
  ['a conflict at zero is tried again', 409, { expectedSeq: 0 }, 'Retry'],
  ['bad content is poison', 400, { ok: false }, 'Poison'],
  ['content that is too large is poison', 413, '', 'Poison'],
  ['content that means nothing is poison', 422, '', 'Poison'],
  ['a refused signature is tried again', 401, '', 'Retry'],
  ['a function that is being replaced is tried again', 404, '', 'Retry'],
  ['a slow function is tried again', 408, '', 'Retry'],
  ['a busy function is tried again', 429, '', 'Retry'],
  ['a failure is tried again', 500, '', 'Retry'],
  ['a missing use case is tried again', 501, '', 'Retry'],
  ['an outage is tried again', 503, '', 'Retry'],
  ['a redirect is tried again', 302, '', 'Retry'],
]

for (const [title, status, body, kind] of TABLE) {
  test(`C7: ${title}`, (t) => {
    t.true(verdict(status, body).kind === kind)
  })
}

test('a function may publish pushes and nothing else', (t) => {
  const emit = [
    { subject: 'push.1000', data: 1 },
    { subject: 'cmd.0', data: 2 },
    { subject: 'push.>', data: 3 },
    { subject: 'push.a.b', data: 4 },
    null,
    'x',
  ]
  const read = verdict(200, { ok: true, seq: 1, emit })
  t.deepEqual(read, { kind: 'Applied', seq: 1, emits: [{ subject: 'push.1000', data: 1 }] })
})
