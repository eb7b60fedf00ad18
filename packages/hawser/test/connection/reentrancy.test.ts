import { type Connection, connect, createServer, lines, netstring } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attach } from './support/attach.js'
import { defer, turns } from './support/turns.js'

type Act = (connection: Connection<string, string>) => void

const ends: Record<string, Act> = {
  reset: (connection) => connection.reset(),
  close: (connection) => void connection.close(),
  end: (connection) => void connection.end(),
  'end, then close': (connection) => {
    void connection.end()
    void connection.close()
  },
  'close, then reset': (connection) => {
    void connection.close()
    connection.reset()
  },
  'close, then end, pause and resume': (connection) => {
    void connection.close()
    void connection.end()
    connection.pause()
    connection.resume()
  },
  'send, then close': (connection) => {
    void connection.send('last words')
    void connection.close()
  },
  'send, then reset': (connection) => {
    void connection.send('last words')
    connection.reset()
  },
}

describe.each(Object.entries(ends))('%s, called from inside a handler', (name, act) => {
  const resets = name.includes('reset')
  const says = name.includes('send') && !resets ? 'last words\n' : ''

  async function expectEnd(
    { connection, peer, failures }: ReturnType<typeof attach<string, string>>,
    before = '',
  ): Promise<void> {
    if (resets) await peer.receivesReset()
    else expect(await peer.receiveAll()).toEqual(Buffer.from(before + says))
    peer.end()
    const info = await connection.closed
    expect(info.reason).toBe(resets ? 'reset' : 'ended')
    expect(info.by).toBe('local')
    expect(failures).toEqual([])
  }

  it('in open', async () => {
    await expectEnd(attach({ handler: { open: act, message: () => undefined } }))
  })

  it('in message, in the middle of a chunk', async () => {
    const got: string[] = []
    const attached = attach({
      handler: {
        message(own, line) {
          got.push(line)
          if (line === 'b') act(own)
        },
      },
    })
    await attached.peer.send('a\nb\nc\nd\n')
    await expectEnd(attached)
    expect(got).toEqual(name === 'end' ? ['a', 'b', 'c', 'd'] : ['a', 'b'])
  })

  it('in message, behind a promise', async () => {
    const attached = attach({
      handler: {
        async message(own) {
          await turns(1)
          act(own)
          await turns(1)
        },
      },
    })
    await attached.peer.send('a\n')
    await expectEnd(attached)
  })

  it('in a loop', async () => {
    const attached = attach({
      async run(own) {
        for await (const _ of own) {
          act(own)
          if (name === 'end') break
        }
      },
    })
    await attached.peer.send('a\nb\n')
    await expectEnd(attached)
  })

  it('in writable', async () => {
    const attached = attach({
      line: { backward: { capacity: 1 } },
      highWaterMark: 5,
      reading: false,
      handler: { writable: act },
    })
    void attached.connection.send('0123456789')
    await turns()
    attached.peer.startReading()
    await expectEnd(attached, '0123456789\n')
  })

  it('in close, where nothing can happen any more', async () => {
    let calls = 0
    const { connection, peer, failures } = attach({
      handler: {
        close(own) {
          calls += 1
          act(own)
        },
      },
    })
    peer.end()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
    await turns()
    expect([calls, failures]).toEqual([1, []])
  })

  it('for another connection, which is in the middle of a message itself', async () => {
    const inner = attach({
      handler: {
        message(own, line) {
          if (line === 'go') outer.connection.resume()
          void own
        },
      },
    })
    const outer = attach({ handler: { message: () => act(inner.connection) } })
    outer.connection.pause()
    await outer.peer.send('x\n')
    await turns()
    await inner.peer.send('a\ngo\nnever\n')
    if (resets) await inner.peer.receivesReset()
    else expect(await inner.peer.receiveAll()).toEqual(Buffer.from(says))
    expect(inner.connection.messagesRead).toBe(name === 'end' ? 3 : 2)
    expect([...inner.failures, ...outer.failures]).toEqual([])
    inner.peer.end()
    expect((await inner.connection.closed).by).toBe('local')
    outer.connection.reset()
    await outer.connection.closed
  })
})

describe('from inside a message', () => {
  it('a pause holds the next one back, until a resume from anywhere', async () => {
    const got: string[] = []
    const { connection, peer } = attach({
      handler: {
        message(own, line) {
          got.push(line)
          own.pause()
        },
      },
    })
    await peer.send('a\nb\nc\n')
    for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      await turns()
      expect(got).toEqual(expected)
      connection.resume()
    }
  })

  it('a pause and a resume change nothing', async () => {
    const got: string[] = []
    const { peer } = attach({
      handler: {
        message(own, line) {
          got.push(line)
          own.pause()
          own.resume()
        },
      },
    })
    await peer.send('a\nb\nc\n')
    await turns()
    expect(got).toEqual(['a', 'b', 'c'])
  })

  it('another connection is switched to another framing, fed and resumed', async () => {
    const got: unknown[] = []
    const other = attach({ handler: { message: (_, message) => void got.push(message) } })
    other.connection.pause()
    await other.peer.send('first\n3:a\nb,')
    await turns()
    const { peer } = attach({
      handler: {
        message(_, line) {
          if (line === 'switch') other.connection.switchFraming(netstring())
          else other.connection.resume()
        },
      },
    })
    await peer.send('resume\n')
    await turns()
    expect(got).toEqual(['first', '3:a'])
    await peer.send('switch\n')
    await other.peer.send('5:c\nd\ne,')
    await other.peer.send('')
    await turns()
    expect(other.connection.phase).not.toBe('open')
  })

  it('a broadcast reaches everybody, whoever is reset by it', async () => {
    const complete = defer()
    const server = createServer(
      { framing: lines() },
      {
        open() {
          if (server.connections.size === 3) complete.resolve()
        },
        message(own, line) {
          if (line === 'everybody') server.broadcast('to all', { except: own })
          if (line === 'reset') for (const each of server.connections) each.reset()
        },
      },
    )
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.address() as { port: number }
    const clients = await Promise.all(
      [1, 2, 3].map(() => connect(`tcp://127.0.0.1:${port}`, { framing: lines() })),
    )
    await complete.promise
    void clients[0]?.send('everybody')
    for (const client of clients.slice(1)) {
      for await (const line of client) {
        expect(line).toBe('to all')
        break
      }
    }
    void clients[0]?.send('reset')
    const infos = await Promise.all(clients.map(({ closed }) => closed))
    expect(infos.map(({ reason }) => reason)).toEqual(['reset', 'reset', 'reset'])
  })
})
