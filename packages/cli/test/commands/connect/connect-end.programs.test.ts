import { createServer, type Server, type Socket } from 'node:net'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Command } from '../../support/command.js'

/** A server of node:net with its defaults: a client's FIN ends the connection. */
async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return String((server.address() as { port: number }).port)
}

describe('hawser connect at the end of its input', () => {
  it('hears the answer of a server that a FIN would silence', async () => {
    const port = await listen((socket) => {
      socket.once('data', () => setTimeout(() => socket.end('answer\n'), 100))
    })
    const { code, stdout } = await Command.hawser(['connect', port, '--send', 'hi']).ended
    expect([code, stdout]).toEqual([0, 'answer\n'])
  })

  it('ends its direction when the peer is silent', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    for (const words of [[], ['--wait', '0']]) {
      const command = Command.hawser(['connect', String(listener.port), '--send', 'hi', ...words])
      const peer = await listener.accept()
      await peer.receives('hi\n')
      await peer.receivesEnd()
      await peer.send('late')
      peer.end()
      expect(await command.ended).toMatchObject({ code: 0, stdout: 'late' })
    }
  })

  it('does not wait for the input of a peer that has ended', async () => {
    const port = await listen((socket) => void socket.end('bye\n'))
    const command = Command.hawser(['connect', port])
    expect(await command.ended).toMatchObject({ code: 0, stdout: 'bye\n' })
  })

  it('sends what input there is to a peer that has ended', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    const command = Command.hawser(['connect', String(listener.port), '--wait', '1h'])
    const peer = await listener.accept()
    await peer.send('go on')
    peer.end()
    await command.prints(/go on/)
    command.stdin.end('the rest')
    await peer.receives('the rest')
    await peer.receivesEnd()
    expect((await command.ended).code).toBe(0)
  })
})

describe('hawser connect to a peer that does not read', () => {
  it('goes on reading, so that neither waits for the other', async () => {
    const port = await listen((socket) => {
      socket.on('data', (chunk) => {
        for (let copies = 0; copies < 40; copies += 1) socket.write(chunk)
        if (!socket.writableNeedDrain) return
        socket.pause()
        socket.once('drain', () => socket.resume())
      })
    })
    const command = Command.hawser(['connect', port])
    const size = 2_000_000
    command.stdin.end(Buffer.alloc(size))
    await command.ended
    expect(command.output.length).toBe(40 * size)
  })

  it('shows what the peer says before it resets', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    const command = Command.hawser(['connect', String(listener.port)])
    const peer = await listener.accept()
    command.stdin.end(Buffer.alloc(20_000_000))
    await peer.receive(1)
    await peer.send('disk full\n')
    await command.prints(/disk full/)
    peer.reset()
    const { code, stderr } = await command.ended
    expect(stderr).toMatch(/hawser: the peer reset the connection/)
    expect(code).toBe(1)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at the first %s', async (signal, exitCode) => {
    const port = await listen((socket) => void socket.pause())
    const command = Command.hawser(['connect', port])
    command.stdin.write(Buffer.alloc(20_000_000))
    await command.complains(/connected to/)
    command.kill(signal)
    const { code, stderr } = await command.ended
    expect(stderr).toMatch(
      /\n(?:left with [\d,]+ B unsent: the peer does not read|closed: by us.*)\n$/,
    )
    expect(code).toBe(exitCode)
  })
})
