// One part of the matching bench in this process: `node part-process.ts NAME ROUNDS` prints its
// figures as JSON lines.

import { inlineHotFunctions } from '../../../runtime/matching/inlining.ts'
import { MATCHING_PARTS } from './parts.ts'

// As the matching process does.
inlineHotFunctions()

const [name, rounds] = process.argv.slice(2)
const part = MATCHING_PARTS.find((known) => known.name === name)
if (part === undefined) throw new Error(`unknown part ${name}`)
for (const row of await part.run(Number(rounds))) console.log(JSON.stringify(row))
