import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { attach, type AttachOptions } from './support/attach.js'
import { collect, defer, turns } from './support/turns.js'

type Options = AttachOptions<string, string>

const idleTimeout = 1_000

describe('the idle timeout, after the FIN of the peer,', () => {
  it.each<[string, Options]>([
    ['nobody', {}],
    ['a handler object that has replied', { handler: { message: (own, line) => own.send(line) } }],
  ])('ends the connection that %s holds open', async (_name, options) => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ ...options, clock, idleTimeout, allowHalfOpen: true })
    peer.end()
    await turns()
    await clock.advance(idleTimeout - 1)
    expect(connection.phase).toBe('peer-ended')
    await clock.advance(1)
    await peer.receivesEnd()
    expect(await connection.closed).toMatchObject({ reason: 'idle-timeout' })
    expect(clock.pending).toBe(0)
  })

  it('ends the connection whose stream is not ended', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, idleTimeout })
    const duplex = connection.duplex().resume()
    duplex.on('error', () => {})
    peer.end()
    await turns()
    await clock.advance(idleTimeout - 1)
    expect(connection.phase).toBe('peer-ended')
    await clock.advance(1)
    expect(await connection.closed).toMatchObject({ reason: 'idle-timeout' })
  })

  it.each<[string, (work: Promise<void>) => Options]>([
    [
      'a handler object',
      (work) => ({
        handler: {
          async message(own, line) {
            await work
            await own.send(line)
          },
        },
      }),
    ],
    [
      'a function handler',
      (work) => ({
        async run(own) {
          const all = await collect(own)
          await work
          await own.send(all.join('+'))
        },
      }),
    ],
  ])('does not count while %s is at work', async (_name, optionsFor) => {
    const clock = new VirtualClock()
    const work = defer()
    const { connection, peer } = attach({ ...optionsFor(work.promise), clock, idleTimeout })
    await peer.send('asked\n')
    peer.end()
    await turns()
    await clock.advance(100 * idleTimeout)
    expect(connection.phase).toBe('peer-ended')
    work.resolve()
    expect(await peer.receiveAll()).toEqual(Buffer.from('asked\n'))
    expect(await connection.closed).toMatchObject({ reason: 'ended', unsent: 0 })
  })
})
