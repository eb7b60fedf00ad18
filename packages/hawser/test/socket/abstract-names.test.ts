import process from 'node:process'
import net from 'node:net'
import { once } from 'node:events'
import { connect, createServer, formatEndpoint, lines, parseEndpoint } from 'hawser'
import { describe, expect, it } from 'vitest'
import { make, rejection } from '../server/support/serving.js'

let count = 0

/** A name that nothing else has. */
function freeName(): string {
  count += 1
  return `hawser-test-${process.pid}-${count}`
}

// Only Linux has them, and says so elsewhere.
describe.runIf(process.platform === 'linux')('an abstract Unix socket', () => {
  it('is written unix:@name, and is a path that begins with NUL', () => {
    const parsed = parseEndpoint('unix:@app')
    expect(parsed).toMatchObject({ kind: 'unix', path: '\0app' })
    expect(parseEndpoint({ path: '\0app' })).toEqual(parsed)
    expect(parseEndpoint('\0app')).toEqual(parsed)
    expect(formatEndpoint(parsed)).toBe('unix:@app')
    expect(formatEndpoint('\0app')).toBe('unix:@app')
    expect(parseEndpoint('./@app')).toMatchObject({ path: './@app' })
    expect(formatEndpoint(parseEndpoint({ path: '@app' }))).toBe('unix:./@app')
  })

  it.each([
    ['unix:@', 'an abstract socket needs a name without a NUL and without a ?, as in unix:@app'],
    [{ path: '\0a\0b' }, 'an abstract socket needs a name without a NUL'],
    [{ path: '\0a?b' }, 'an abstract socket needs a name without a NUL and without a ?'],
    ['unix:@app?mode=660', 'an abstract socket has no file, so it has neither mode nor owner'],
    [`unix:@${'x'.repeat(107)}`, "its path has 108 bytes and a Unix socket's may have 107"],
  ])('refuses %j', (endpoint, why) => {
    expect(() => parseEndpoint(endpoint)).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_ENDPOINT',
        message: expect.stringContaining(why) as string,
      }),
    )
  })

  it('is listened on and connected to, also by what server.address() says', async () => {
    const server = make({ framing: lines() }, { message: (peer, line) => peer.send(line) })
    const name = freeName()
    await server.listen(`unix:@${name}`)
    expect(server.address()).toBe(`\0${name}`)
    for (const endpoint of [`unix:@${name}`, server.address()]) {
      const client = await connect<string, string>(endpoint, { framing: lines() })
      expect(client.remoteFamily).toBe('unix')
      await client.send('hello')
      expect(await client.receive()).toBe('hello')
      await client.close()
    }
  })

  it('is known to node:net by the same name', async () => {
    const server = make({ framing: lines() }, (peer) => peer.send('hello'))
    const name = freeName()
    await server.listen({ path: `\0${name}` })
    const socket = net.connect({ path: `\0${name}` })
    expect(String((await once(socket, 'data'))[0])).toBe('hello\n')
    socket.end()
    await once(socket, 'close')
  })

  it('that is taken, or that nothing listens on, says so by its name', async () => {
    const name = freeName()
    expect(await rejection(connect(`unix:@${name}`))).toMatchObject({
      code: 'HAWSER_CONNECT_REFUSED',
      message: expect.stringContaining(`unix:@${name}`) as string,
    })
    const first = make()
    await first.listen(`unix:@${name}`)
    const taken: unknown = await rejection(createServer().listen(`unix:@${name}`))
    expect(taken).toMatchObject({
      code: 'HAWSER_ADDRESS_IN_USE',
      message: expect.stringContaining(`unix:@${name}`) as string,
    })
    await first.close()
    const next = make()
    await next.listen(`unix:@${name}`)
  })
})
