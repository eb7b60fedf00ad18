import { once } from 'node:events'
import { connect, type Connection, createServer, type HawserError, lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { closeAtEnd, loopback } from './support/serving.js'

forbidStrayErrors()

// What is passed to createServer here is written as users write it: that it compiles is half the test.

describe('a handler', () => {
  it('may return whatever its last call returns', async () => {
    const server = createServer(
      { framing: lines() },
      {
        open: (connection) => connection.join('all'),
        message: (connection, line) => connection.trySend(line.toUpperCase()),
        close: (connection) => connection.leave('all'),
      },
    )
    closeAtEnd(server)
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receives('HELLO\n')
    expect(server.to('all').size).toBe(1)
  })

  it('may name the server it is passed to', async () => {
    const server = createServer(
      { framing: lines() },
      {
        open: () => server.broadcast('somebody came'),
        message: (_connection, line) => server.broadcast(line),
      },
    )
    closeAtEnd(server)
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receives('somebody came\nhello\n')
  })

  it('may be a function that does so', async () => {
    const server = createServer({ framing: lines() }, async (connection) => {
      for await (const line of connection) server.broadcast(line)
    })
    closeAtEnd(server)
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receives('hello\n')
  })

  it('has its server at hand, in the connection', async () => {
    const server = createServer(
      { framing: lines() },
      {
        open: (connection) => connection.join('news'),
        message({ server: own, remotePort }, line) {
          const { connections } = own.info()
          own.to('news').send(`${line} to ${connections} of ${own.connections.size}`, {
            filter: (member) => member.server === own && member.remotePort === remotePort,
          })
          if (line === 'stop') void own.close()
        },
      },
    )
    await server.listen(loopback)
    const closed = once(server, 'close')
    const connected = once(server, 'connection')
    const client = await connect(server.address(), { framing: lines() })
    const [connection] = await connected
    expect(connection.server).toBe(server)
    await client.send('stop')
    for await (const line of client) expect(line).toBe('stop to 1 of 1')
    await closed
    expect(client.server).toBeUndefined()
  })
})

describe('connection.data', () => {
  it('is made for each connection, and has the type of what makes it', async () => {
    const server = createServer(
      { framing: lines(), data: ({ id }) => ({ name: `guest ${id}`, said: 0 }) },
      {
        message(connection, line) {
          const { data } = connection
          data.said += 1
          if (line.startsWith('/name ')) data.name = line.slice(6)
          else void connection.send(`${data.name} said ${data.said}: ${line}`)
        },
      },
    )
    closeAtEnd(server)
    server.on('connection', ({ data }) => {
      data.said = 10
    })
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('/name Ada\nhello\n')
    await peer.receives('Ada said 12: hello\n')
    const [connection] = server.connections
    expect(connection?.data.name).toBe('Ada')
    // A function for connections of any data takes it too.
    const idOf = ({ id }: Connection<string, string>): number => id
    expect(connection && idOf(connection)).toBe(connection?.id)
  })

  it('is what no handler sees without: when it cannot be made, the connection ends', async () => {
    const seen: string[] = []
    const errors: HawserError[] = []
    const server = createServer(
      {
        framing: lines(),
        data: (): { name: string } => {
          throw new Error('no name left')
        },
        onError: (error) => errors.push(error),
      },
      { open: () => seen.push('open'), message: () => seen.push('message') },
    )
    closeAtEnd(server)
    server.on('connection', () => seen.push('connection'))
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receivesEnd()
    expect(seen).toEqual([])
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['HAWSER_HANDLER_FAILED', expect.stringContaining('no name left')],
    ])
    expect(server.info()).toMatchObject({ accepted: 1, handlerErrors: 1 })
  })

  it('is undefined until it is set where nothing makes it', async () => {
    const server = createServer({ framing: lines() }, async (connection) => {
      expect(connection.data).toBeUndefined()
      connection.data = 'yours'
      await connection.send(String(connection.data))
    })
    closeAtEnd(server)
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receives('yours\n')
  })
})
