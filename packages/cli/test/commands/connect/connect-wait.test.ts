import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Command } from '../../support/command.js'

/** What happened at the server, in order. */
type Events = ('asked' | 'answered' | 'FIN')[]

interface Listening {
  readonly port: string
  readonly events: Events
}

/** A server that replies as it is told to, and goes on sending after the client's FIN. */
async function listen(reply: (socket: Socket, events: Events) => void): Promise<Listening> {
  const events: Events = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('end', () => events.push('FIN'))
    socket.once('data', () => {
      events.push('asked')
      reply(socket, events)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: String((server.address() as { port: number }).port), events }
}

/** Words of the peer, without a pause, until `isEnough`; then its end. */
function talk(socket: Socket, events: Events, isEnough: (words: number) => boolean): void {
  let words = 0
  const next = (): void => {
    if (socket.destroyed) return
    if (!isEnough(words)) {
      words += 1
      socket.write('word\n', () => setImmediate(next))
      return
    }
    events.push('answered')
    socket.end()
  }
  next()
}

const ask = ['--send', 'hi']

it('waits for a peer that is not silent before it ends its direction', async () => {
  const { port, events } = await listen((socket, seen) =>
    talk(socket, seen, (words) => words > 500),
  )
  expect((await Command.hawser(['connect', port, ...ask]).ended).code).toBe(0)
  expect(events).toEqual(['asked', 'answered', 'FIN'])
})

it('ends its direction at once with --wait 0, also when the peer is never silent', async () => {
  const { port, events } = await listen((socket, seen) =>
    talk(socket, seen, () => seen.includes('FIN')),
  )
  expect((await Command.hawser(['connect', port, ...ask, '--wait', '0']).ended).code).toBe(0)
  expect(events).toEqual(['asked', 'FIN', 'answered'])
})

it('never ends its direction with --no-shutdown, until the peer has ended', async () => {
  const { port, events } = await listen((socket, seen) => {
    // Silent until another client, which came later, has waited as long as it does by default.
    void listen((other) => {
      other.once('end', () => {
        other.end()
        talk(socket, seen, (words) => words > 500)
      })
    }).then((other) => Command.hawser(['connect', other.port, ...ask]))
  })
  const { code, stdout } = await Command.hawser(['connect', port, ...ask, '--no-shutdown']).ended
  expect([code, stdout.match(/word\n/g)?.length]).toEqual([0, 501])
  expect(events).toEqual(['asked', 'answered', 'FIN'])
})
