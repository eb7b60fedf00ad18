import { once } from 'node:events'
import { finished, pipeline } from 'node:stream/promises'
import { type Duplex, PassThrough, Transform } from 'node:stream'
import { lines, raw } from 'hawser'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { collect, stateOf, turns } from './support/turns.js'

describe('the WHATWG streams of a connection', () => {
  it('carry messages both ways', async () => {
    const { connection, peer } = attach()
    const echo = connection.readable
      .pipeThrough(
        new TransformStream<string, string>({
          transform: (line, controller) => controller.enqueue(line.toUpperCase()),
        }),
      )
      .pipeTo(connection.writable)
    await peer.send('a\nb\n')
    peer.end()
    expect(await peer.receiveAll()).toEqual(Buffer.from('A\nB\n'))
    await echo
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })

  it('carry bytes under raw()', async () => {
    const { connection, peer } = attach<Uint8Array, Uint8Array | string>({ framing: raw() })
    const reader = connection.readable.getReader()
    await peer.send('bytes')
    expect((await reader.read()).value).toEqual(new Uint8Array(Buffer.from('bytes')))
  })

  it('ask for a message only when their reader does', async () => {
    const { connection, peer } = attach()
    await peer.send('a\nb\nc\n')
    const reader = connection.readable.getReader()
    expect(await reader.read()).toEqual({ done: false, value: 'a' })
    await turns()
    expect(connection.messagesRead).toBe(1)
  })

  it('fail when the peer resets', async () => {
    const { connection, peer } = attach()
    const reader = connection.readable.getReader()
    const reading = reader.read()
    peer.reset()
    await expect(reading).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    await expect(connection.writable.getWriter().write('x')).rejects.toMatchObject({
      code: 'HAWSER_CONNECTION_CLOSED',
    })
  })

  it('close the connection when the readable one is cancelled', async () => {
    const { connection, peer } = attach()
    const cancelled = connection.readable.cancel()
    await peer.receivesEnd()
    peer.end()
    await cancelled
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('reset it when the writable one is aborted', async () => {
    const { connection, peer } = attach()
    await connection.writable.abort()
    await peer.receivesReset()
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'reset' })
  })

  it('end our direction when the writable one is closed, and the other goes on', async () => {
    const { connection, peer } = attach()
    await connection.writable.close()
    await peer.receivesEnd()
    await peer.send('still read\n')
    peer.end()
    expect(await collect(connection.readable)).toEqual(['still read'])
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('are the same ones each time they are asked for', () => {
    const { connection } = attach()
    expect(connection.readable).toBe(connection.readable)
    expect(connection.writable).toBe(connection.writable)
  })
})

describe('the Node.js stream of a connection', () => {
  it('carries messages through a pipeline', async () => {
    const { connection, peer } = attach()
    const duplex = connection.duplex()
    const done = pipeline(
      duplex,
      new Transform({
        objectMode: true,
        transform: (line: string, _, callback) => callback(null, line.toUpperCase()),
      }),
      duplex,
    )
    await peer.send('a\n\nb\n')
    peer.end()
    expect(await peer.receiveAll()).toEqual(Buffer.from('A\n\nB\n'))
    await done
    expect(await connection.closed).toMatchObject({ reason: 'ended', unsent: 0 })
  })

  it('carries bytes under raw(), and text in the encoding it was written in', async () => {
    const { connection, peer } = attach<Uint8Array, Uint8Array | string>({ framing: raw() })
    const duplex = connection.duplex()
    duplex.setEncoding('utf8')
    duplex.write('c3a9', 'hex')
    duplex.write('é')
    duplex.end(Buffer.from('!'))
    await peer.receives('éé!')
    await peer.receivesEnd()
    await peer.send('ü')
    peer.end()
    expect((await collect(duplex as AsyncIterable<string>)).join('')).toBe('ü')
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })

  it('waits with its writes while the peer does not read', async () => {
    const { connection, peer } = attach({
      framing: lines(),
      reading: false,
      highWaterMark: 100,
      line: { capacity: 1 },
    })
    const duplex = connection.duplex()
    let accepted = 0
    while (duplex.write('x'.repeat(99))) accepted += 1
    await turns()
    expect([accepted > 0, connection.messagesWritten]).toEqual([true, 2])
    const drained = once(duplex, 'drain')
    peer.startReading()
    await drained
    duplex.end()
    expect((await peer.receiveAll()).length).toBe((accepted + 1) * 100)
  })

  it('fails when the peer resets', async () => {
    const { connection, peer } = attach()
    const duplex = connection.duplex()
    duplex.resume()
    const failed = once(duplex, 'error')
    peer.reset()
    expect(await failed).toMatchObject([{ code: 'HAWSER_CONNECTION_RESET' }])
  })

  it('that is piped ends no process when the peer resets, nor what it is piped to', async () => {
    const { connection, peer } = attach()
    const target = new PassThrough({ objectMode: true })
    const duplex = connection.duplex()
    duplex.pipe(target)
    peer.reset()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset' })
    await turns()
    expect(duplex.errored).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    expect([duplex.destroyed, target.writableEnded, target.destroyed]).toEqual([true, false, false])
  })

  it.each<[string, (duplex: Duplex) => Promise<unknown>]>([
    ['pipeline', (duplex) => pipeline(duplex, new PassThrough({ objectMode: true }).resume())],
    ['finished', (duplex) => finished(duplex.resume())],
    ['a loop', (duplex) => collect(duplex)],
  ])('that is read by %s fails there when the peer resets', async (_by, read) => {
    const { connection, peer } = attach()
    const reading = read(connection.duplex())
    peer.reset()
    await expect(reading).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
  })

  it('closes the connection when it is destroyed, and resets it when that is for an error', async () => {
    const polite = attach()
    void polite.connection.send('sent')
    polite.connection.duplex().destroy()
    expect(await polite.peer.receiveAll()).toEqual(Buffer.from('sent\n'))
    polite.peer.end()
    expect(await polite.connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
    const abrupt = attach()
    const duplex = abrupt.connection.duplex()
    const failed = once(duplex, 'error')
    duplex.destroy(new Error('enough'))
    await failed
    await abrupt.peer.receivesReset()
    expect(await abrupt.connection.closed).toMatchObject({ by: 'local', reason: 'reset' })
  })

  it('sends nothing more once our direction has ended', async () => {
    const { connection } = attach()
    const duplex = connection.duplex()
    void connection.end()
    const failed = once(duplex, 'error')
    duplex.write('too late')
    expect(await failed).toMatchObject([{ code: 'HAWSER_CONNECTION_ENDED' }])
  })
})

describe('a promise of the next message that nobody looks at', () => {
  it('does not end the process when the peer resets', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    const asked = [iterator.next(), iterator.next()]
    peer.reset()
    await connection.closed
    await turns()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(await stateOf(asked[0] as Promise<unknown>)).toBe('HAWSER_CONNECTION_RESET')
  })
})
