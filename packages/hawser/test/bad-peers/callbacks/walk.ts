import {
  type Handler,
  type HawserError,
  createServer,
  lines,
  type Server,
  type ServerOptions,
} from 'hawser'
import assert from 'node:assert/strict'
import process from 'node:process'

// No test framework in here: the same walk is made under vitest and in a process of its own, which a
// rejection that nothing handles would end.

export const failure: Error = new Error('a bug in the callback')

/** A callback that fails, of whatever type is asked for: that is what is tried. */
export type Fail = (...values: unknown[]) => never

/** The ways in which it fails. */
export const ways: Readonly<Record<string, Fail>> = {
  throws: () => {
    throw failure
  },
  rejects: (async () => {
    await Promise.resolve()
    throw failure
  }) as unknown as Fail,
}

/** Takes what `onError`, or the call itself, says. */
export type Tell = (error: unknown) => void

/** How one callback is made to fail, and how its failure is to show. */
export interface Row {
  /** Where it shows: it is told of (`onError`, a rejection), or is a process warning. */
  readonly shows: 'told' | 'warned'
  /** The codes that it may have; undefined where it is thrown in a call of the program's own. */
  readonly codes: readonly string[] | undefined
  run(fail: Fail, tell: Tell): Promise<void>
}

/** By what it is called in the public types. */
export type Rows = Readonly<Record<string, Row>>

/** It is told of, with this code. */
export function told(run: Row['run'], ...codes: string[]): Row {
  return { shows: 'told', codes: codes.length > 0 ? codes : ['HAWSER_HANDLER_FAILED'], run }
}

/** It is thrown to the program's own call, which may pass on what was thrown as it is. */
export function thrown(run: Row['run']): Row {
  return { shows: 'told', codes: undefined, run }
}

/** It is a process warning. */
export function warned(run: Row['run']): Row {
  return { shows: 'warned', codes: undefined, run }
}

/** Let one callback fail, and see that it shows as it should, once. */
export async function walk(row: Row, fail: Fail): Promise<void> {
  const heard: unknown[] = []
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  try {
    await row.run(fail, (error) => void heard.push(error))
    const where = row.shows === 'told' ? heard : warnings
    await until(() => where.length > 0)
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    assert.deepEqual([heard.length, warnings.length], row.shows === 'told' ? [1, 0] : [0, 1])
    const [error] = where
    if (row.codes === undefined && error === failure) return
    const { code } = error as HawserError
    assert.ok(code.startsWith('HAWSER_'), code)
    if (row.codes !== undefined) assert.ok(row.codes.includes(code), `${code}: ${String(error)}`)
  } finally {
    process.off('warning', note)
  }
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate)
}

export const loopback = { host: '127.0.0.1', port: 0 } as const

/** Where a server listens. */
export function placeOf(server: Pick<Server, 'address'>): { host: string; port: number } {
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return { host: loopback.host, port: address.port }
}

type Text = ServerOptions<string, string>

/** A server of lines that listens, by default one that sends back what it gets. */
export async function open(
  tell: Tell,
  options: Text = {},
  handler: Handler<string, string> = { message: (connection, line) => connection.send(line) },
): Promise<Server<string, string>> {
  const server = createServer<string, string>(
    { framing: lines(), onError: tell, ...options },
    handler,
  )
  return server.listen(loopback)
}
