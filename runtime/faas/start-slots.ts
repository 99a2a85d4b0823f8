// How many replicas may start at the same time. Seven processes that all load their code at once on
// two cores are each so slow that their database connections run into timeouts.

/** Waits for a slot; call the answer to give it back (twice does no harm). */
export type AcquireSlot = () => Promise<() => void>

/** Slots for so many starts at once, given out in the order of asking. */
export function createStartSlots(slots: number): AcquireSlot {
  const waiting: (() => void)[] = []
  let free = slots
  const release = () => {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
  return async () => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    let isHeld = true
    return () => {
      if (isHeld) release()
      isHeld = false
    }
  }
}
