// Balances, or the way in.

import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { grouped } from './format.ts'
import { balances, login, openDemoAccount, say, signIn } from './session.ts'

const busy = signal(false)

function run(task: Promise<void>): void {
  busy.value = true
  task.catch(say).finally(() => {
    busy.value = false
  })
}

export function Account(): JSX.Element {
  return login.value === null ? <SignIn /> : <Balances />
}

function SignIn(): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const field = (name: string): string => {
      const value = form.get(name)
      return typeof value === 'string' ? value : ''
    }
    run(signIn(field('email'), field('password')))
  }
  return (
    <>
      <h2>Sign in</h2>
      <form class="sign-in" onSubmit={submit}>
        <label class="field">
          <span>E-mail</span>
          <input name="email" type="email" autocomplete="username" required />
        </label>
        <label class="field">
          <span>Password</span>
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit" disabled={busy.value}>
          Sign in
        </button>
        <button
          type="button"
          class="accent"
          disabled={busy.value}
          onClick={() => run(openDemoAccount())}
        >
          {busy.value ? 'One moment…' : 'Open a demo account'}
        </button>
        <p class="hint">A demo account comes with paper money. Nothing here is real.</p>
      </form>
    </>
  )
}

function Balances(): JSX.Element {
  const rows = [...balances.value.values()]
  return (
    <>
      <h2>
        Balances <small>account {login.value?.accountId}</small>
      </h2>
      <table data-testid="balances">
        <thead>
          <tr>
            <th>Asset</th>
            <th>Available</th>
            <th>In orders</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((b) => (
            <tr key={b.asset}>
              <td>{b.asset}</td>
              <td title={b.available}>{cut(b.available)}</td>
              <td title={b.hold}>{cut(b.hold)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">No balances yet</p>}
    </>
  )
}

/** Long fractions are cut for the eye; the title holds the exact amount. */
function cut(text: string): string {
  const [whole = '0', rest = ''] = text.split('.')
  return grouped(rest === '' ? whole : `${whole}.${rest.slice(0, 8)}`)
}
