/** A complete venue in one call: servers, processes, page, functions, open market, bots. */
import { buildWeb } from './build-web.ts'
import { deployFunctions } from './deploy.ts'
import { type OwnedStack, type StackOptions, startStack } from './local-stack.ts'
import { openMarket } from './open-market.ts'
import { silentProgress } from './progress.ts'

/** As for `startStack`, and whether the seeded trading bots run. */
export interface VenueOptions extends StackOptions {
  bots?: boolean
}

/** Starts everything and opens the market. Errors: the first step that fails; all is ended then. */
export async function openVenue(options: VenueOptions): Promise<OwnedStack> {
  const { bots = true, progress = silentProgress, signal } = options
  const page = progress.step('build the page', async (note) => note(await buildWeb()))
  // Awaited below; a failure while the servers start must not end the process unseen.
  page.catch(() => {})
  const stack = await startStack({ ...options, progress })
  try {
    await page
    const { urls, secretsDir, adminToken, dataDir } = stack
    await progress.step('deploy the functions', (note) =>
      deployFunctions({ faasUrl: urls.faas, secretsDir, note }),
    )
    await progress.step('open the market', (note) =>
      openMarket({ dataDir, gatewayUrl: urls.gateway, adminToken, bots, note, signal }),
    )
    if (bots) await stack.supervisor.startProcess('bots')
    stack.supervisor.markReady()
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}
