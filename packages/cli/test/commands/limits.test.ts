import { connect, createServer, fixed, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { connectLines, nextMessage } from '../support/client.js'
import { Command } from '../support/command.js'

function serve(...words: string[]): Command {
  return Command.hawser(['serve', '0', ...words])
}

const mebibyte = 1024 * 1024

describe('hawser serve cuts off', () => {
  it('a client that says nothing, with --first-byte-timeout', async () => {
    const server = serve('--first-byte-timeout', '50ms')
    const client = await connectLines(await server.port())
    await server.prints(/closed .*no byte for 50 ms .* raise --first-byte-timeout/)
    await client.closed
  })

  it('a client that stops within a message, with --frame-timeout', async () => {
    const server = serve('--frame-timeout', '50ms')
    const client = await connect(`127.0.0.1:${await server.port()}`)
    await client.send('half a li')
    await server.prints(/closed .*no byte of it came for 50 ms.* too slow for --frame-timeout/)
    await client.closed
  })

  it('a message that is too large, and says how large one may be', async () => {
    const server = serve('--max-frame', '8')
    const client = await connectLines(await server.port())
    await client.send('123456789')
    await server.prints(/closed .*--max-frame is 8: raise --max-frame/)
    await client.closed
  })

  it('a client that does not begin TLS, with --handshake-timeout', async () => {
    const words = ['serve', '0', '--tls', '--handshake-timeout', '50ms']
    const server = Command.hawser(words, { env: { XDG_CACHE_HOME: createFolder({}) } })
    const [, port] = await server.prints(/tls:\/\/127\.0\.0\.1:(\d+)/)
    const client = await connectLines(Number(port))
    await server.prints(/refused .*not done after 50 ms.*--handshake-timeout/)
    await client.closed
  })
})

describe('hawser serve takes', () => {
  it('a message larger than the library does by itself, with --max-frame', async () => {
    const server = serve('--echo', '--quiet', '--max-frame', '12MiB')
    const size = 12 * mebibyte
    const client = await connect(`127.0.0.1:${await server.port()}`, {
      framing: lines({ maxFrame: size }),
      inbox: size,
      outbox: 2 * size,
    })
    onTestFinished(() => client.close().then(() => {}))
    const text = 'x'.repeat(size)
    await client.send(text)
    expect((await nextMessage(client)) === text).toBe(true)
  })

  it('messages of a fixed size, however large', async () => {
    const size = 3 * mebibyte
    const server = serve('--echo', '--quiet', '--framing', `fixed:${size}`)
    const client = await connect(`127.0.0.1:${await server.port()}`, {
      framing: fixed(size),
      inbox: size,
    })
    onTestFinished(() => client.close().then(() => {}))
    await client.send(new Uint8Array(size).fill(7))
    expect((await nextMessage(client)).every((byte) => byte === 7)).toBe(true)
  })
})

it('hawser connect names --max-frame where a message is too large', async () => {
  const server = createServer({ framing: lines() }, (connection) => connection.send('123456789'))
  await server.listen('127.0.0.1:0')
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  const { port } = server.address() as { port: number }
  const words = ['connect', String(port), '--framing', 'lines', '--max-frame', '8']
  const { code, stderr } = await Command.hawser(words, { stdin: 'ignore' }).ended
  expect(stderr).toMatch(/^hawser: .*--max-frame is 8: raise --max-frame .*$/m)
  expect(code).toBe(1)
})

it('the help of serve tells its options apart by what they are for', async () => {
  const { code, stdout } = await Command.hawser(['serve', '--help']).ended
  const headings = [...stdout.matchAll(/^([A-Z][^:\n]*):$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(
    expect.arrayContaining([
      'What it does',
      'Who may connect',
      'How long they may take',
      'TLS',
      'What it shows',
    ]),
  )
  // What is in no group.
  expect(headings).not.toContain('Options')
  expect(code).toBe(0)
})
