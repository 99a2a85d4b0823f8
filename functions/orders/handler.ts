// orders: the history of orders and executions, and the queries over it.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { applyOrders } from './projection.ts'
import { createOrderQueries } from './queries.ts'

const { handler, init } = createProjectionFunction('orders', (pool, instruments) => ({
  apply: applyOrders,
  methods: (projection) => createOrderQueries(pool, instruments, projection),
}))

export { init }
export default handler
