import { createClient, createServer, lines, raw } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { closeAtEnd, loopback, portOf } from '../server/support/serving.js'
import { attach } from './support/attach.js'

// Each promise costs the same, however many others wait: if it cost a look at all of them, these would
// take minutes and not a second.

const many = 200_000
/** Far more than they take, far less than they would. */
const patience = 60_000

function askAhead(messages: AsyncIterator<unknown>): Promise<IteratorResult<unknown>>[] {
  return Array.from({ length: many }, () => messages.next())
}

it(
  'a connection asked for 200,000 messages ahead hands them out one after another',
  async () => {
    const { connection, peer } = attach({ line: { capacity: Infinity } })
    const asked = askAhead(connection[Symbol.asyncIterator]())
    await peer.send('\n'.repeat(many))
    const all = await Promise.all(asked)
    expect(all.every(({ value }) => value === '')).toBe(true)
    connection.reset()
  },
  patience,
)

it(
  'a client asked for 200,000 messages ahead hands them out, and lets those go that left',
  async () => {
    const flood = '\n'.repeat(many)
    const server = createServer(
      { framing: raw() },
      { open: (connection) => void connection.send(flood) },
    )
    closeAtEnd(server)
    await server.listen(loopback)
    const client = createClient({ host: '127.0.0.1', port: portOf(server) }, { framing: lines() })
    onTestFinished(() => void client.close({ drain: 0 }))
    const leaving = Array.from({ length: many }, () => client[Symbol.asyncIterator]())
    const left = leaving.map((messages) => messages.next())
    const asked = askAhead(client[Symbol.asyncIterator]())
    for (const messages of leaving) void messages.return?.()
    expect((await Promise.all(left)).every(({ done }) => done === true)).toBe(true)
    const all = await Promise.all(asked)
    expect(all.every(({ value }) => value === '')).toBe(true)
  },
  patience,
)

it(
  'a server asked for 200,000 connections ahead tells all that it is closed',
  async () => {
    const server = createServer({ framing: lines() })
    await server.listen(loopback)
    const loops = Array.from({ length: many }, () => server[Symbol.asyncIterator]())
    const asked = loops.map((loop) => loop.next())
    for (const loop of loops.slice(1)) void loop.return?.()
    await server.close()
    expect((await Promise.all(asked)).every(({ done }) => done === true)).toBe(true)
  },
  patience,
)
