import test from 'ava'
import { choosePorts, DEFAULT_PORTS } from '../../../infra/local/ports.ts'

test('the usual ports are taken when they are free', async (t) => {
  const choice = await choosePorts('default', async () => true)
  t.deepEqual(choice.ports, { ...DEFAULT_PORTS })
  t.is(choice.functionPortBase, 8000)
  t.deepEqual(choice.moved, [])
})

test('a taken port moves only its own server, and is told', async (t) => {
  const choice = await choosePorts('default', async (port) => port !== 5432)
  t.not(choice.ports.postgres, 5432)
  t.deepEqual(choice.moved, [{ name: 'postgres', from: 5432, to: choice.ports.postgres }])
  t.deepEqual({ ...choice.ports, postgres: 5432 }, { ...DEFAULT_PORTS })
})

test('one taken function port moves all functions to free ports', async (t) => {
  const choice = await choosePorts('default', async (port) => port !== 8005)
  t.is(choice.functionPortBase, 0)
  t.deepEqual(choice.moved, [{ name: 'functions', from: 8005, to: 0 }])
})

test('free ports are all different and none is a usual one', async (t) => {
  const { ports } = await choosePorts('free', async () => true)
  const numbers = Object.values(ports)
  t.is(new Set(numbers).size, numbers.length)
  t.false(numbers.some((port) => (Object.values(DEFAULT_PORTS) as number[]).includes(port)))
})
