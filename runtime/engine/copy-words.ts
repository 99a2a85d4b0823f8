// Copies of ids and traces, written out: they are made several times a command, and a loop over nine
// words costs more than the words. And whether two ids are the same.

import { ID_WORDS } from './hot-command.ts'

/** Copies nine words. */
export function copyId(from: Int32Array, at: number, to: Int32Array, into: number): void {
  to[into] = from[at] as number
  to[into + 1] = from[at + 1] as number
  to[into + 2] = from[at + 2] as number
  to[into + 3] = from[at + 3] as number
  to[into + 4] = from[at + 4] as number
  to[into + 5] = from[at + 5] as number
  to[into + 6] = from[at + 6] as number
  to[into + 7] = from[at + 7] as number
  to[into + 8] = from[at + 8] as number
}

/** Whether the nine words at two places are the same id. */
export function isSameId(a: Int32Array, at: number, b: Int32Array, to: number): boolean {
  for (let word = 0; word < ID_WORDS; word++) if (a[at + word] !== b[to + word]) return false
  return true
}

/** Nine zero words: no id. */
export function clearId(to: Int32Array, into: number): void {
  to[into] = 0
  to[into + 1] = 0
  to[into + 2] = 0
  to[into + 3] = 0
  to[into + 4] = 0
  to[into + 5] = 0
  to[into + 6] = 0
  to[into + 7] = 0
  to[into + 8] = 0
}

/** Copies four words. */
export function copyTrace(from: Int32Array, at: number, to: Int32Array, into: number): void {
  to[into] = from[at] as number
  to[into + 1] = from[at + 1] as number
  to[into + 2] = from[at + 2] as number
  to[into + 3] = from[at + 3] as number
}
