import { describe, expect, it } from 'vitest'
import { rejection } from '../server/support/serving.js'
import { attach } from './support/attach.js'
import { turns } from './support/turns.js'

describe('a program that says why it ends a connection', () => {
  it('finds its reason in what closed says, after an orderly end', async () => {
    const { connection, peer } = attach()
    void connection.send('bye')
    const closed = connection.close({ reason: 'kicked' })
    await peer.receives('bye\n')
    peer.end()
    const info = await closed
    expect(info).toMatchObject({ by: 'local', reason: 'kicked', unsent: 0 })
    expect(info.error).toBeUndefined()
  })

  it('and after a reset', async () => {
    const { connection } = attach()
    connection.reset({ reason: 'quota-used-up' })
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'quota-used-up' })
  })

  it('also where the peer had ended before', async () => {
    const { connection, peer } = attach({ allowHalfOpen: true })
    peer.end()
    for await (const _line of connection) continue
    expect(await connection.close({ reason: 'done' })).toMatchObject({ reason: 'done' })
  })

  it.each(['close', 'reset'] as const)('with an error, %s tells it to who waits', async (how) => {
    const { connection, peer } = attach()
    const cause = new Error('the device was sold')
    const loop = connection[Symbol.asyncIterator]().next()
    void connection[how]({ reason: 'sold', error: cause })
    expect(await rejection(loop)).toMatchObject({
      code: 'HAWSER_CONNECTION_CLOSED',
      message: 'this side closed the connection: the device was sold',
      cause,
    })
    peer.end()
    const info = await connection.closed
    expect(info).toMatchObject({ by: 'local', reason: 'sold', error: { cause } })
    expect(await rejection(connection.send('late'))).toMatchObject({ cause: { cause } })
  })

  it('is heard the first time', async () => {
    const { connection, peer } = attach()
    void connection.close({ reason: 'first' })
    void connection.close({ reason: 'second' })
    await turns(2)
    connection.reset()
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'first', phase: 'open' })
  })

  it('is not heard where the connection has ended for another reason already', async () => {
    const { connection, peer } = attach()
    peer.reset()
    await connection.closed
    expect(await connection.close({ reason: 'kicked' })).toMatchObject({ reason: 'reset' })
  })

  it.each([
    [{ reason: '' }, /^reason is "": it takes 1 to 64 characters of a-z, 0-9 and -/],
    [{ reason: 'Too Loud' }, /^reason is "Too Loud"/],
    [{ reason: 'x'.repeat(65) }, /^reason is "x+/],
    [{ reason: 5 }, /^reason is 5/],
    [{ error: 'a text' }, /^error is a string: it takes an Error/],
    [{ why: 'kicked' }, /^why is not an option/],
  ])('has %j refused, and the connection goes on', async (options, message) => {
    const { connection, peer } = attach()
    const expected = expect.objectContaining({
      code: 'HAWSER_INVALID_OPTION',
      message: expect.stringMatching(message) as string,
    })
    expect(() => void connection.close(options as object)).toThrow(expected)
    expect(() => connection.reset(options as object)).toThrow(expected)
    await peer.send('still here\n')
    expect(await connection.receive()).toBe('still here')
  })
})
