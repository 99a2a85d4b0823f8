// alerts: tells owners when a price was reached or an order filled. Events fire alerts, requests
// manage them, and pushes go out with the answer to the bulk that fired them.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { fireAlerts, settleOutbox } from './fire.ts'
import { createAlertUseCases } from './manage.ts'

const { handler, init } = createProjectionFunction('alerts', (pool, instruments) => ({
  apply: (tx, bulk) => fireAlerts(tx, bulk, instruments),
  outbox: (tx, call) => settleOutbox(tx, call, instruments),
  methods: () => createAlertUseCases(pool, instruments),
}))

export { init }
export default handler
