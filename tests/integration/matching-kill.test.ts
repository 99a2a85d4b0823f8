import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  createLogPublisher,
  createSnapshotStore,
  readServerDurability,
  streamState,
} from '#adapters/nats/index.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { readEventHeader } from '#contracts/event-codec.ts'
import { commandStream, commandSubject, eventStream, eventSubject } from '#contracts/subjects.ts'
import type { Command } from '#domain/command.ts'
import { createCommandFlow, createDice } from '../helpers/command-flow.ts'
import { type LogFixture, startLog } from '../helpers/log-fixture.ts'
import { manyOrders, massCancel, openVenue } from '../helpers/many-orders.ts'
import { type MatchingProcess, startMatchingProcess } from '../helpers/matching-process.ts'
import { compareWithReplay, readWholeLog } from '../helpers/replay-log.ts'
import { until } from '../helpers/until.ts'

/** Kills in one run; a night's run sets more. */
const KILLS = Number(process.env['TE_TEST_KILLS'] ?? 10)
const SEED = Number(process.env['TE_TEST_SEED'] ?? 20_261_122)

async function withDataDir<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'te-kill-'))
  try {
    return await work(dataDir)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** A gateway's part: appends batches at its own pace until stopped; remembers what was accepted. */
function startFlow(log: LogFixture, seed: number) {
  const target = { stream: commandStream(0), subject: commandSubject(0) }
  const publisher = createLogPublisher(log.link, { ...target, inFlightMax: 2 })
  const flow = createCommandFlow(seed)
  const acknowledged: number[] = []
  let isStopped = false
  const run = (async () => {
    for (let i = 0; !isStopped; i++) {
      await publisher.room()
      void publisher
        .publish(flow.next(), { msgId: `gw:${seed}:${i}` })
        .then(({ seq }) => acknowledged.push(seq))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await publisher.idle()
  })()
  return {
    acknowledged,
    stop: async () => {
      isStopped = true
      await run
      await publisher[Symbol.asyncDispose]()
    },
  }
}

async function eventsReach(log: LogFixture, last: number): Promise<void> {
  await until(
    `events reach ${last}`,
    async () => (await streamState(log.link, eventStream(0))).lastSeq >= last,
    60_000,
  )
}

test.serial(
  `F1: ${KILLS} kills -9 of matching lose no acknowledged command and repeat no event (seed ${SEED})`,
  async (t) => {
    t.timeout(170_000)
    await using log = await startLog()
    await withDataDir(async (dataDir) => {
      const dice = createDice(SEED)
      const flow = startFlow(log, SEED)
      let matching: MatchingProcess | undefined
      for (let kill = 0; kill < KILLS; kill++) {
        matching = await startMatchingProcess({ natsUrl: log.server.url, dataDir })
        // Some die while they recover, some while they lead.
        const when = dice(400)
        const isLate = dice(3) > 0
        if (isLate) await matching.ready()
        await new Promise((resolve) => setTimeout(resolve, when))
        await matching.end('SIGKILL')
      }
      await flow.stop()
      const last = Math.max(...flow.acknowledged)
      await using final = await startMatchingProcess({ natsUrl: log.server.url, dataDir })
      await final.ready()
      await eventsReach(log, last)
      const stored = new Set((await readWholeLog(log.link, commandStream(0))).map(({ seq }) => seq))
      t.deepEqual(
        flow.acknowledged.filter((seq) => !stored.has(seq)),
        [],
      )
      const result = await compareWithReplay(log.link)
      t.deepEqual(result.different, [])
      t.true(result.trades > 0)
      t.log(`${result.batches} batches, ${result.commands} commands, ${result.trades} trades`)
      t.is(await final.end('SIGTERM'), 0)
    })
  },
)

test.serial('F3: kill -9 of NATS under matching loses and repeats nothing', async (t) => {
  await using log = await startLog({ sync: 'always' })
  await withDataDir(async (dataDir) => {
    const flow = startFlow(log, 77)
    await using matching = await startMatchingProcess({
      natsUrl: log.server.url,
      dataDir,
      env: { TE_DURABILITY: 'power-safe', TE_NATS_MONITOR_URL: log.server.monitorUrl },
    })
    for (let i = 0; i < 3; i++) {
      await matching.ready()
      const before = flow.acknowledged.length
      await until('commands flow', () => flow.acknowledged.length > before + 20)
      await log.server.kill()
      await log.server.start()
    }
    await matching.ready()
    await flow.stop()
    await eventsReach(log, Math.max(...flow.acknowledged))
    const result = await compareWithReplay(log.link)
    t.deepEqual(result.different, [])
    t.is(result.batches, flow.acknowledged.length)
  })
})

test.serial(
  'L7: nothing leads before recovery is done, and SIGTERM leaves a snapshot',
  async (t) => {
    await using log = await startLog()
    await withDataDir(async (dataDir) => {
      const roles: string[] = []
      log.link.subscribe('hb.matching.0', (data) => {
        roles.push((JSON.parse(Buffer.from(data).toString()) as { role: string }).role)
      })
      const flow = startFlow(log, 5)
      await until('a tail to recover', () => flow.acknowledged.length > 100)
      await flow.stop()
      await using matching = await startMatchingProcess({ natsUrl: log.server.url, dataDir })
      await matching.ready()
      await until('a heartbeat of the leader', () => roles.includes('leader'))
      t.is(roles[0], 'recovering')
      t.false(roles.slice(roles.indexOf('leader')).includes('recovering'))
      t.is(await matching.end('SIGTERM'), 0)
      const store = await createSnapshotStore(log.link, 'TE_SNAPSHOTS')
      t.is((await store.list()).length, 1)
    })
  },
)

test.serial(
  'power-safe on a server that does not sync every write is refused with its own code',
  async (t) => {
    await using log = await startLog({ sync: '2m' })
    t.is(await readServerDurability(log.server.monitorUrl), 'process-safe')
    await withDataDir(async (dataDir) => {
      await using matching = await startMatchingProcess({
        natsUrl: log.server.url,
        dataDir,
        env: { TE_DURABILITY: 'power-safe', TE_NATS_MONITOR_URL: log.server.monitorUrl },
      })
      t.is(await matching.exited, 5, matching.output())
    })
  },
)

test.serial('A10: SIGTERM ends matching in time even when NATS is gone', async (t) => {
  await using log = await startLog()
  await withDataDir(async (dataDir) => {
    await using matching = await startMatchingProcess({ natsUrl: log.server.url, dataDir })
    await matching.ready()
    await log.server.kill()
    t.is(await matching.end('SIGTERM'), 0, matching.output())
  })
})

test.serial(
  'F1: a mass cancel of 60,000 orders is told in parts, each once, through kills between them',
  async (t) => {
    t.timeout(170_000)
    await using log = await startLog()
    await withDataDir(async (dataDir) => {
      const target = { stream: commandStream(0), subject: commandSubject(0) }
      await using gateway = createLogPublisher(log.link, { ...target, inFlightMax: 16 })
      let sent = 0
      const append = (commands: Command[]) => {
        sent++
        const data = encodeCommandBatch({ source: 1, sourceSeq: sent }, commands)
        return gateway.publish(data, { msgId: `gw:${sent}` })
      }
      const killed: string[] = []
      await append(openVenue(60_000))
      for (const commands of manyOrders(60_000)) void append(commands)
      await append([massCancel()])
      // Each dies as soon as a part of the mass cancel, but not the last one, is seen.
      for (let kill = 0; kill < 3; kill++) {
        const { promise: seen, resolve } = Promise.withResolvers<void>()
        const watch = log.link.subscribe(eventSubject(0), (data) => {
          const { seq, isLast } = readEventHeader(data)
          if (seq === sent && !isLast) resolve()
        })
        await using matching = await startMatchingProcess({
          natsUrl: log.server.url,
          dataDir,
          // One part at a time: the next one leaves when this one is stored.
          env: { TE_MATCHING_IN_FLIGHT: '1' },
        })
        await Promise.race([seen, matching.ready()])
        await matching.end('SIGKILL')
        watch.unsubscribe()
        killed.push((await streamState(log.link, eventStream(0))).lastMsgId)
      }
      await using final = await startMatchingProcess({ natsUrl: log.server.url, dataDir })
      await final.ready()
      await append(manyOrders(1, 100_000)[0] ?? [])
      await until('the venue goes on', async () => {
        return (await streamState(log.link, eventStream(0))).lastMsgId === `0:${sent}`
      })
      const result = await compareWithReplay(log.link)
      t.deepEqual(result.different, [])
      t.is(result.messages, sent + 3, 'four parts')
      t.true(
        killed.some((msgId) => msgId.startsWith(`0:${sent - 1}.`)),
        `killed behind ${killed.join(' ')}`,
      )
      t.log(`killed behind ${killed.join(' ')}; ${result.messages} messages`)
    })
  },
)
