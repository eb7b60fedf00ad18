import { connect, createServer, fixed, type HeartbeatOptions, lines } from 'hawser'
import { connectPeer, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, vi } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { nextConnection, serve } from '../server/support/serving.js'

forbidStrayErrors()

const heartbeat: HeartbeatOptions<string, string> = { every: 15_000, misses: 2, ping: 'ping' }
const isPong = (message: string): boolean => message === 'pong'
const framing = lines()

describe('the heartbeat of a server', () => {
  it('resets within 45 s a connection whose peer has vanished, and says so', async () => {
    const clock = new VirtualClock()
    const close = vi.fn<() => void>()
    const server = await serve({ framing, clock, heartbeat }, { message() {}, close })
    const connected = nextConnection(server)
    await using peer = await ScriptedPeer.connect(server.address())
    const connection = await connected
    await clock.advance(15_000)
    await peer.receives('ping\n')
    await peer.send('here I am\n')
    await until(() => connection.messagesRead === 1)
    for (let beat = 0; beat < 2; beat += 1) {
      await clock.advance(15_000)
      await peer.receives('ping\n')
    }
    expect(connection.phase).toBe('open')
    await clock.advance(15_000)
    await peer.receivesReset()
    expect(await connection.closed).toMatchObject({
      reason: 'heartbeat-timeout',
      error: { code: 'HAWSER_HEARTBEAT_TIMEOUT', remote: { address: '127.0.0.1' } },
    })
    expect(close).toHaveBeenCalledOnce()
    expect(server.connections.size).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('asks each connection on its own', async () => {
    const clock = new VirtualClock()
    let count = 0
    const ping = (): string => `ping ${(count += 1)}`
    const server = await serve({ framing, clock, heartbeat: { ping } }, { message() {} })
    await using first = await ScriptedPeer.connect(server.address())
    await until(() => server.connections.size === 1)
    await clock.advance(10_000)
    await using second = await ScriptedPeer.connect(server.address())
    await until(() => server.connections.size === 2)
    await clock.advance(5_000)
    await first.receives('ping 1\n')
    expect(second.unread).toBe(0)
    await clock.advance(10_000)
    await second.receives('ping 2\n')
  })

  it('leaves no timer and sends nothing when the server drains', async () => {
    const clock = new VirtualClock()
    const server = await serve({ framing, clock, heartbeat }, { message() {} })
    await using peer = await ScriptedPeer.connect(server.address())
    await until(() => server.connections.size === 1)
    const closing = server.close()
    await peer.receivesEnd()
    peer.end()
    await closing
    expect(clock.pending).toBe(0)
  })
})

describe('an answer that the heartbeat knows', () => {
  const beating = { ...heartbeat, isPong }
  const sent = 'one\npong\ntwo\npong\npong\nthree\npong\n'

  it('reaches no handler object', async () => {
    const seen: string[] = []
    const handler = { message: (_: unknown, line: string) => void seen.push(line) }
    const { peer } = connectPeer({ framing, heartbeat: beating, handler })
    await peer.send(sent)
    await until(() => seen.length === 3)
    expect(seen).toEqual(['one', 'two', 'three'])
  })

  it('reaches no loop, and no batch', async () => {
    const { connection, peer } = connectPeer({ framing, heartbeat: beating })
    await peer.send(sent)
    const seen: string[] = []
    for await (const line of connection) {
      seen.push(line)
      if (seen.length === 3) break
    }
    expect(seen).toEqual(['one', 'two', 'three'])
    await peer.send(sent)
    for await (const batch of connection.batches()) {
      expect(batch).toEqual(['one', 'two', 'three'])
      break
    }
  })

  it('reaches no stream, nor does one without its line feed at the end', async () => {
    const { connection, peer } = connectPeer({ framing, heartbeat: beating })
    await peer.send(`${sent}pong`)
    peer.end()
    const seen: string[] = []
    for await (const line of connection.readable) seen.push(line)
    expect(seen).toEqual(['one', 'two', 'three'])
  })

  it('is a sign of life', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({ framing, clock, heartbeat: beating })
    for (let beat = 0; beat < 5; beat += 1) {
      await clock.advance(15_000)
      await peer.receives('ping\n')
      await peer.send('pong\n')
    }
    expect(connection.phase).toBe('open')
  })
})

describe('a heartbeat', () => {
  it('is kept by connect as well', async () => {
    const clock = new VirtualClock()
    const listener = await ScriptedPeer.listen()
    const accepted = listener.accept()
    const client = await connect(listener.address, { framing, clock, heartbeat })
    const peer = await accepted
    await clock.advance(15_000)
    await peer.receives('ping\n')
    await clock.advance(15_000)
    await peer.receives('ping\n')
    await clock.advance(15_000)
    expect(await client.closed).toMatchObject({ reason: 'heartbeat-timeout' })
    await peer.receivesReset()
    await listener.close()
  })

  it('takes no peer to have vanished that is not read from', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({
      framing: lines({ maxFrame: 100 }),
      inbox: 100,
      consumerTimeout: Infinity,
      clock,
      heartbeat,
    })
    await peer.send('news\n'.repeat(100))
    for (let beat = 0; beat < 5; beat += 1) await clock.advance(15_000)
    expect(connection.phase).toBe('open')
  })

  it('ends when another framing makes something else of the ping', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({ framing, clock, heartbeat })
    connection.switchFraming(fixed(3))
    for (let beat = 0; beat < 5; beat += 1) await clock.advance(15_000)
    expect(connection.phase).toBe('open')
    expect(peer.unread).toBe(0)
  })

  it('ends when this side has ended its direction', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({ framing, clock, heartbeat })
    void connection.end()
    await peer.receivesEnd()
    for (let beat = 0; beat < 5; beat += 1) await clock.advance(15_000)
    expect(connection.phase).toBe('ending')
  })

  const fail = (): never => {
    throw new Error('out of order')
  }
  it.each<[string, object]>([
    ['ping', { ping: fail }],
    ['isPong', { ping: 'ping', isPong: fail }],
  ])('whose %s throws ends the connection, and nothing else', async (name, options) => {
    const onError = vi.fn<() => void>()
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({
      framing,
      clock,
      heartbeat: options as typeof heartbeat,
      handler: { message() {} },
      onError,
    })
    await peer.send('pong\n')
    await clock.advance(15_000)
    expect(await connection.closed).toMatchObject({
      reason: 'handler-failed',
      error: { message: expect.stringMatching(`heartbeat.${name} failed: out of order`) },
    })
    expect(onError).toHaveBeenCalledOnce()
  })

  it.each<[string, object]>([
    ['heartbeat.every', { ping: 'ping', every: 0 }],
    ['heartbeat.misses', { ping: 'ping', misses: 0 }],
    ['heartbeat.ping', {}],
    ['heartbeat.isPong', { ping: 'ping', isPong: 'pong' }],
  ])('that cannot work is refused: %s', (option, options) => {
    expect(() => createServer({ heartbeat: options as never })).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION', option }),
    )
  })
})
