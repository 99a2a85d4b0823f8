// How far V8 may go when it puts small functions of the matching core into one piece of machine code.
// Its own bound (920 bytecodes a function) fits pages that start fast; here a few functions run for
// weeks, and each call that is left costs more than the work in it. Measured: docs/performance.md.

import { setFlagsFromString } from 'node:v8'

const BYTECODES_MAX = 4000

/** To be called before the first command: what is compiled already stays as it is. */
export function inlineHotFunctions(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${BYTECODES_MAX}`)
}
