// One command while its events are read. When the events of a batch come in parts a command may go on
// in the next one, which another call brings, perhaps to another process: then this is a row until
// the command is over, written in the transaction of its part. At most one amount for each balance
// that the command moves: bounded by accounts, not by events.

import type { Tx } from '#adapters/postgres/index.ts'
import { fromJson, toJson } from '#contracts/binary-fields.ts'
import type { Leg } from '#domain/ledger-entry.ts'

/** What the balance changes of a command say beyond what its trades have posted. */
export interface OpenCommand {
  readonly cmdIndex: number
  readonly traceId: string
  readonly rest: Map<string, Leg>
  isPerpetual: boolean
  /** A part of it went to the dead-letter stream: what is left says nothing. */
  readonly isTorn: boolean
}

/** A command that goes on in the part behind a message. */
export interface CarriedCommand {
  readonly message: number
  readonly command: OpenCommand
}

const READ = {
  name: 'ledger.read_open_command',
  text: 'SELECT message, state FROM ledger_open_command WHERE shard = $1',
}
const WRITE = {
  name: 'ledger.write_open_command',
  text: `INSERT INTO ledger_open_command (shard, message, state) VALUES ($1, $2, $3)
    ON CONFLICT (shard) DO UPDATE SET message = excluded.message, state = excluded.state`,
}
const DROP = {
  name: 'ledger.drop_open_command',
  text: 'DELETE FROM ledger_open_command WHERE shard = $1',
}

/** One that a dead letter has torn stays until the next is kept: nothing goes on behind it. */
const IS_BETWEEN_PARTS = `SELECT 1 FROM ledger_open_command c JOIN projection_offset o
  ON o.function = 'ledger' AND o.shard = c.shard AND o.seq + o.extra_messages = c.message
  WHERE c.shard = $1`

/** A command of which nothing has been read yet. */
export function openCommand(cmdIndex = -1, traceId = '', isTorn = false): OpenCommand {
  return { cmdIndex, traceId, rest: new Map(), isPerpetual: false, isTorn }
}

/** Adds an amount (sign 1) or takes it as posted (sign -1). */
export function addToRest({ rest }: OpenCommand, leg: Leg, sign: 1n | -1n): void {
  const { account, assetId, amount } = leg
  const key = `${account}:${assetId}`
  rest.set(key, { account, assetId, amount: (rest.get(key)?.amount ?? 0n) + amount * sign })
}

/** The command that the last bulk left open, if it did. */
export async function readCarried(tx: Tx, shard: number): Promise<CarriedCommand | null> {
  const { rows } = await tx.query<{ message: number; state: string }>(READ, [shard])
  const [row] = rows
  if (row === undefined) return null
  const { rest, ...command } = fromJson(row.state) as OpenCommand & { rest: [string, Leg][] }
  return { message: row.message, command: { ...command, rest: new Map(rest) } }
}

/** Whether more of the last batch is to come. */
export async function isBetweenParts(tx: Tx, shard: number): Promise<boolean> {
  return (await tx.query(IS_BETWEEN_PARTS, [shard])).rows.length > 0
}

/** Keeps a command for the next bulk; null: nothing is open. */
export async function writeCarried(
  tx: Tx,
  shard: number,
  carried: CarriedCommand | null,
): Promise<void> {
  if (carried === null) {
    await tx.query(DROP, [shard])
    return
  }
  const { message, command } = carried
  await tx.query(WRITE, [shard, message, toJson({ ...command, rest: [...command.rest] })])
}
