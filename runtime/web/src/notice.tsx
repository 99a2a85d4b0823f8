// One line of feedback, gone by itself.

import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { notice } from './session.ts'

const SHOWN_MS = 5_000

export function Notice(): JSX.Element | null {
  useSignalEffect(() => {
    const shown = notice.value
    if (shown === null) return undefined
    const timer = setTimeout(() => {
      notice.value = null
    }, SHOWN_MS)
    return () => clearTimeout(timer)
  })
  if (notice.value === null) return null
  return (
    <p class={`notice ${notice.value.kind}`} role="status">
      {notice.value.text}
    </p>
  )
}
