import test from 'ava'
import { forwardHeaders, readTarget } from '../../../runtime/faas/proxy.ts'

test('an invocation names its function, and keeps path and query', (t) => {
  const table: [string, object | undefined][] = [
    ['/function/orders', { name: 'orders', path: '/' }],
    ['/function/orders.openfaas-fn', { name: 'orders.openfaas-fn', path: '/' }],
    ['/function/orders/', { name: 'orders', path: '/' }],
    ['/function/orders/a/b?c=d', { name: 'orders', path: '/a/b?c=d' }],
    ['/function/orders?c=d', { name: 'orders', path: '/?c=d' }],
    ['/async-function/orders/x', { name: 'orders', path: '/x' }],
    ['/function/', undefined],
    ['/function/a%2Fb', undefined],
    ['/system/functions', undefined],
  ]
  for (const [url, wanted] of table) t.deepEqual(readTarget(url), wanted, url)
})

test('headers of one connection are not passed on, those of the call are', (t) => {
  const passed = forwardHeaders(
    {
      host: 'gateway:8080',
      connection: 'keep-alive',
      'transfer-encoding': 'chunked',
      expect: '100-continue',
      traceparent: 'tp',
      'x-forwarded-for': '10.0.0.1',
    },
    '127.0.0.1',
    'call-1',
  )
  t.like(passed, {
    traceparent: 'tp',
    'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    'x-forwarded-host': 'gateway:8080',
    'x-call-id': 'call-1',
  })
  for (const name of ['host', 'connection', 'transfer-encoding', 'expect']) {
    t.false(name in passed, name)
  }
})
