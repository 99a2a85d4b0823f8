/** What the operator gets to read when the venue is open: where it is, and three lines to paste. */
import type { Stack } from './local-stack.ts'
import { readDemoFile } from './open-market.ts'
import { createPaint } from './progress.ts'

/** The text, for a terminal or a pipe. */
export function welcome(stack: Stack): string {
  const paint = createPaint(process.stdout)
  const { gateway } = stack.urls
  const demo = readDemoFile(stack.dataDir)['demo']
  const key = demo?.apiKey ?? ''
  const port = new URL(gateway).port
  const socket = `ws://127.0.0.1:${port}/v1/ws`
  const subscribe = `JSON.stringify({op:'subscribe',channels:['trades:BTC-USD']})`
  const script = `const s=new WebSocket('${socket}');s.onopen=()=>s.send(${subscribe});s.onmessage=(m)=>console.log(m.data)`
  return `
${paint.bold('TradeEngine is open.')}

  Page       ${paint.bold(`${gateway}/`)}
  API        ${gateway}/docs
  User       ${demo?.email ?? ''}
  Password   ${demo?.password ?? ''}
  API key    ${key}
  Data       ${stack.dataDir}

Three lines to paste into another terminal:
  curl -s ${gateway}/v1/balances -H 'X-API-Key: ${key}'
  node_modules/.bin/node -e "${script}"
  npm run --silent te -- book BTC-USD
`
}
