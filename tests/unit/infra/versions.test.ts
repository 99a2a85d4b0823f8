import test from 'ava'
import { isAtLeast, parseVersion } from '../../../infra/local/versions.ts'

test('the version is found in what each server prints about itself', (t) => {
  t.deepEqual(parseVersion('nats-server: v2.10.27\n'), [2, 10, 27])
  t.deepEqual(parseVersion('postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'), [15, 18, 0])
  t.deepEqual(
    parseVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0'),
    [7, 0, 15],
  )
  t.deepEqual(parseVersion('InfluxDB v1.6.7~rc0 (git: unknown unknown)'), [1, 6, 7])
  t.deepEqual(
    parseVersion('etcd Version: 3.5.16\nGit SHA: Not provided\nGo Version: go1.24'),
    [3, 5, 16],
  )
  t.is(parseVersion('no number here'), undefined)
})

test('versions are compared by number, part by part', (t) => {
  t.true(isAtLeast([2, 10, 23], [2, 10, 23]))
  t.true(isAtLeast([2, 10, 100], [2, 10, 23]))
  t.false(isAtLeast([2, 9, 99], [2, 10, 23]))
  t.true(isAtLeast([3, 0, 0], [2, 10, 23]))
})
