import { connect, type Connection, lines } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { portOf, serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'
import { until } from './support/until.js'

forbidStrayErrors()

const line = 'x'.repeat(10_000)
/** More than the operating system's buffers and ours take, both ways together. */
const count = 4_000

/** A client that sends much and reads all the while, to a server that echoes. */
async function exchange(
  options: { readWhileBlocked?: boolean },
  clock = new VirtualClock(),
): Promise<{ client: Connection<string, string>; sent: Promise<void>; heard: Promise<number> }> {
  const framing = lines()
  const server = await serve(
    { framing, clock },
    { message: (connection, text) => void connection.send(text) },
  )
  const client = await connect(
    { host: '127.0.0.1', port: portOf(server) },
    { framing, clock, ...options },
  )
  const send = async (): Promise<void> => {
    for (let each = 0; each < count; each += 1) await client.send(line)
  }
  const hear = async (): Promise<number> => {
    let heard = 0
    for await (const text of client) {
      expect(text.length).toBe(line.length)
      heard += 1
      if (heard === count) break
    }
    return heard
  }
  return { client, sent: send(), heard: hear() }
}

describe('a client that sends more than anybody buffers, and reads all the while', () => {
  it('gets every answer when it reads while its outbox is above the mark', async () => {
    const { client, sent, heard } = await exchange({ readWhileBlocked: true })
    await sent
    expect(await heard).toBe(count)
    client.reset()
  })

  it('and the server wait for each other otherwise, until writeTimeout', async () => {
    const clock = new VirtualClock()
    const { client, sent, heard } = await exchange({}, clock)
    const failures = Promise.allSettled([sent, heard])
    let unsent = -1
    // Both stand still: no byte moves any more, neither here nor there.
    for (let still = 0; still < 200;) {
      await new Promise(setImmediate)
      still = client.unsent === unsent && client.unsent > 0 ? still + 1 : 0
      unsent = client.unsent
    }
    expect(client.phase).toBe('open')
    await clock.advance(37_500)
    await until(() => client.phase === 'closed')
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
