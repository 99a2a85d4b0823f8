// The page's layout: market on the left, trading on the right, one column on a phone.

import type { JSX } from 'preact'
import { Account } from './account.tsx'
import { Chart } from './chart.tsx'
import { Header } from './header.tsx'
import { Ladder } from './ladder.tsx'
import { Notice } from './notice.tsx'
import { Orders } from './orders.tsx'
import { Tape } from './tape.tsx'
import { Ticket } from './ticket.tsx'

export function App(): JSX.Element {
  return (
    <>
      <Header />
      <main>
        <section class="panel chart-panel">
          <Chart />
        </section>
        <section class="panel ladder-panel">
          <Ladder />
        </section>
        <section class="panel tape-panel">
          <Tape />
        </section>
        <section class="panel ticket-panel">
          <Ticket />
        </section>
        <section class="panel account-panel">
          <Account />
        </section>
        <section class="panel orders-panel">
          <Orders />
        </section>
      </main>
      <Notice />
    </>
  )
}
