// The page at / as a person uses it, in Chromium: it shows the market, opens a demo account, trades.

import test from 'ava'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../infra/local/chromium.ts'
import { registerTrader, testStack } from '../helpers/stack.ts'

const VIEWPORTS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
const SYMBOL = 'BTC-USD'

let browser: Browser

test.before(async () => {
  const found = await findChromium()
  browser = await chromium.launch({
    executablePath: found.executablePath,
    args: found.args,
    env: { ...process.env, ...found.env } as Record<string, string>,
  })
  const maker = await registerTrader(testStack(), { deposits: { BTC: '20', USD: '2000000' } })
  for (let level = 1; level <= 6; level++) {
    for (const side of ['Buy', 'Sell']) {
      const price = String(65_000 + (side === 'Buy' ? -10 : 10) * level)
      await maker.call('POST', '/v1/orders', order(side, price, '0.5'))
    }
  }
})

test.after.always(async () => browser?.close())

function order(side: string, price: string, orderQty: string): object {
  return { symbol: SYMBOL, side, ordType: 'Limit', price, orderQty }
}

interface Opened {
  readonly page: Page
  readonly faults: string[]
}

async function openPage(viewport: { width: number; height: number }): Promise<Opened> {
  const page = await browser.newPage({ viewport })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await page.goto(`${testStack().urls.gateway}/?symbol=${SYMBOL}`)
  await page.getByText('live', { exact: true }).waitFor()
  return { page, faults }
}

test.serial('the page shows the book and the trades as they happen', async (t) => {
  const { page, faults } = await openPage(VIEWPORTS.desktop)
  await page.getByTestId('ladder').getByText('65,010.00').waitFor()
  await page.getByTestId('ladder').getByText('64,990.00').waitFor()
  const taker = await registerTrader(testStack(), { deposits: { USD: '100000' } })
  await taker.call('POST', '/v1/orders', order('Buy', '65010', '0.123'))
  await page.getByTestId('tape').getByText('0.123').waitFor()
  await page.getByTestId('last-price').getByText('65,010.00').waitFor()
  await page.getByTestId('chart').locator('canvas').first().waitFor()
  t.deepEqual(faults, [])
  await page.close()
})

test.serial(
  'a visitor opens a demo account, places an order, sees it rest and cancels it',
  async (t) => {
    const { page, faults } = await openPage(VIEWPORTS.desktop)
    await page.getByRole('button', { name: 'Open a demo account' }).click()
    await page.getByTestId('balances').getByText('USD').waitFor()
    await page.getByLabel('Price').fill('60000')
    await page.getByLabel('Quantity').fill('0.25')
    await page.getByRole('button', { name: 'Buy BTC' }).click()
    const row = page.getByTestId('open-orders').locator('tbody tr')
    await row.getByText('60000').waitFor()
    t.is(await row.count(), 1)
    await row.getByRole('button', { name: /Cancel order/ }).click()
    await page.getByText('No open orders').waitFor()
    t.deepEqual(faults, [])
    await page.close()
  },
)

test.serial(
  'a price with too many decimals is refused with its reason and nothing is placed',
  async (t) => {
    const { page } = await openPage(VIEWPORTS.desktop)
    await page.getByRole('button', { name: 'Open a demo account' }).click()
    await page.getByTestId('balances').getByText('USD').waitFor()
    await page.getByLabel('Price').fill('60000.001')
    await page.getByLabel('Quantity').fill('0.25')
    await page.getByRole('button', { name: 'Buy BTC' }).click()
    const notice = page.getByRole('status')
    await notice.waitFor()
    t.regex((await notice.textContent()) ?? '', /price/i)
    t.is(await page.getByTestId('open-orders').locator('tbody tr').count(), 0)
    await page.close()
  },
)

test.serial('a phone shows everything without scrolling sideways', async (t) => {
  const { page, faults } = await openPage(VIEWPORTS.phone)
  await page.getByTestId('ladder').getByText('65,020.00').waitFor()
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  t.is(sideways, 0)
  t.true(await page.getByRole('button', { name: 'Open a demo account' }).isVisible())
  t.deepEqual(faults, [])
  await page.close()
})
