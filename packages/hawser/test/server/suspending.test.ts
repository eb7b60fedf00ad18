import { type HandlerObject, lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { loopback, make, portOf, readWays, rejection, serve } from './support/serving.js'

forbidStrayErrors()

const echo: HandlerObject<string, string> = {
  message: (connection, line) => connection.send(line),
}

describe.each(readWays)('a suspended server, %s', (_name, fastRead) => {
  const options = { fastRead, framing: lines() }

  it('accepts nobody, goes on with those it has, and resumes on the same port', async () => {
    const server = await serve(options, echo)
    const port = portOf(server)
    await using peer = await ScriptedPeer.connect(port)
    await peer.send('before\n')
    await peer.receives('before\n')

    await server.suspend()
    expect(server.info()).toMatchObject({ suspended: true, listening: false, connections: 1 })
    expect(server.address()).toBeNull()
    await expect(ScriptedPeer.connect(port)).rejects.toThrow('ECONNREFUSED')
    await peer.send('meanwhile\n')
    await peer.receives('meanwhile\n')

    await server.resume()
    expect(server.info()).toMatchObject({ suspended: false, listening: true, connections: 1 })
    expect(portOf(server)).toBe(port)
    await using next = await ScriptedPeer.connect(port)
    await next.send('after\n')
    await next.receives('after\n')
    await peer.send('still\n')
    await peer.receives('still\n')
  })

  it('keeps all its ports, with no host and with several', async () => {
    const server = make(options, echo)
    await server.listen(['0', '127.0.0.2:0'])
    const before = server.addresses()
    for (let times = 0; times < 3; times += 1) {
      await server.suspend()
      await server.resume()
    }
    expect(server.addresses()).toEqual(before)
  })

  it('leaves a Unix path and takes it again', async () => {
    const path = `${createFolder()}/app.sock`
    const server = await make(options, echo).listen(`unix:${path}`)
    await server.suspend()
    await expect(ScriptedPeer.connect(path)).rejects.toThrow('ENOENT')
    await server.resume()
    await using peer = await ScriptedPeer.connect(path)
    await peer.send('hello\n')
    await peer.receives('hello\n')
  })

  it('stays so when somebody took one of its ports, and may try again', async () => {
    const server = make(options, echo)
    await server.listen(['127.0.0.1:0', '127.0.0.2:0'])
    const [first, second] = server.addresses()
    await server.suspend()
    const taker = await make().listen(second ?? '')
    expect(await rejection(server.resume())).toMatchObject({ code: 'HAWSER_ADDRESS_IN_USE' })
    expect(server.info()).toMatchObject({ suspended: true, listening: false, addresses: [] })
    await taker.close()
    await server.resume()
    expect(server.addresses()).toEqual([first, second])
  })

  it('closes as any other', async () => {
    const server = await serve(options, echo)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receives('hello\n')
    await server.suspend()
    const closing = server.close()
    await peer.receivesEnd()
    peer.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
    expect(await rejection(server.resume())).toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
  })
})

describe('suspend and resume', () => {
  it.each([0, 1, 2, 3])(
    'a server that begins to listen while suspended, and is closed %i turns later, never listens',
    async (turns) => {
      const server = make()
      await server.suspend()
      const listening = server.listen(loopback).catch(() => undefined)
      for (let each = 0; each < turns; each += 1) await new Promise(setImmediate)
      let isClosed = false
      const late: unknown[] = []
      server.on('listening', (address) => isClosed && late.push(address))
      const closing = server.close()
      isClosed = true
      await closing
      await listening
      expect(late).toEqual([])
    },
  )

  it('may be called twice, and at once', async () => {
    const server = await serve()
    const address = server.address()
    await Promise.all([server.suspend(), server.suspend()])
    await Promise.all([server.resume(), server.resume()])
    expect(server.address()).toEqual(address)
    await server.resume()
    expect(server.addresses()).toHaveLength(1)
  })

  it('overlapping end as the last one says', async () => {
    const server = await serve()
    const address = server.address()
    await server.suspend()
    await Promise.all([server.resume(), server.suspend()])
    expect(server.info()).toMatchObject({ listening: false, suspended: true })
    await Promise.all([server.resume(), server.suspend(), server.resume()])
    expect(server.info()).toMatchObject({ listening: true, suspended: false })
    expect(server.address()).toEqual(address)
  })

  it('before listening: the endpoint is taken, and accepts when resumed', async () => {
    const server = make()
    await server.suspend()
    await server.listen(loopback)
    expect(server.info()).toMatchObject({ listening: false, suspended: true })
    await server.resume()
    await using peer = await ScriptedPeer.connect(server.address())
    expect(peer.unread).toBe(0)
  })

  it('leave nothing listening when the server is closed while it resumes', async () => {
    const server = await serve()
    const port = portOf(server)
    await server.suspend()
    const resuming = rejection(server.resume())
    await server.close()
    expect(await resuming).toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
    expect(server.addresses()).toEqual([])
    await expect(ScriptedPeer.connect(port)).rejects.toThrow('ECONNREFUSED')
  })
})
