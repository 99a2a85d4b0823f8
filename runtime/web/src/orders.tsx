// The signed-in account's open orders.

import type { JSX } from 'preact'
import { cancel, cancelAll, login, openOrders, say } from './session.ts'

export function Orders(): JSX.Element {
  const rows = [...openOrders.value.values()].sort((a, b) => b.orderID - a.orderID)
  return (
    <>
      <h2>
        Open orders <small>{rows.length}</small>
        <span class="spacer" />
        {rows.length > 0 && (
          <button type="button" class="quiet" onClick={() => void cancelAll().catch(say)}>
            Cancel all
          </button>
        )}
      </h2>
      <div class="scroll">
        <table data-testid="open-orders">
          <thead>
            <tr>
              <th>Order</th>
              <th>Market</th>
              <th>Side</th>
              <th>Price</th>
              <th>Quantity</th>
              <th>Filled</th>
              <th>Status</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {rows.map((o) => (
              <tr key={o.orderID}>
                <td>{o.orderID}</td>
                <td>{o.symbol}</td>
                <td class={o.side === 'Buy' ? 'up' : 'down'}>{o.side}</td>
                <td>{o.price ?? (o.stopPx === null ? '' : `at ${o.stopPx}`)}</td>
                <td>{o.orderQty}</td>
                <td>{o.cumQty}</td>
                <td>{o.ordStatus}</td>
                <td>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Cancel order ${o.orderID}`}
                    onClick={() => void cancel(o.orderID).catch(say)}
                  >
                    Cancel
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && (
          <p class="empty">
            {login.value === null ? 'Sign in to see your orders' : 'No open orders'}
          </p>
        )}
      </div>
    </>
  )
}
