// A venue for a benchmark: throw-away, free ports, no bots, traders with money and API keys.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stack } from '../../infra/local/local-stack.ts'
import { openVenue } from '../../infra/local/open-venue.ts'
import { deposit, registerTrader } from '../../runtime/cli/client/account.ts'
import { createRest } from '../../runtime/cli/client/rest.ts'

export type Durability = 'power-safe' | 'process-safe'

export interface BenchVenue extends AsyncDisposable {
  readonly stack: Stack
  readonly symbol: string
  readonly apiKeys: readonly string[]
}

/** Starts it and funds `traders` accounts. */
export async function startBenchVenue(
  durability: Durability,
  traders: number,
): Promise<BenchVenue> {
  const dataDir = mkdtempSync(join(tmpdir(), 'te-bench-'))
  const stack = await openVenue({ dataDir, ports: 'free', bots: false, durability })
  await using rest = createRest(stack.urls.gateway)
  const apiKeys: string[] = []
  for (let i = 0; i < traders; i++) {
    const trader = await registerTrader(
      rest,
      `bench-${i}@example.com`,
      `a bench trader number ${i}`,
    )
    await deposit(trader, 'USD', '20000000', `bench-${i}-usd`)
    await deposit(trader, 'BTC', '1000', `bench-${i}-btc`)
    apiKeys.push(trader.apiKey)
  }
  return {
    stack,
    symbol: 'BTC-USD',
    apiKeys,
    async [Symbol.asyncDispose]() {
      await stack.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
