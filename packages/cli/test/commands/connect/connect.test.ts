import { createHash, randomBytes } from 'node:crypto'
import { type Connection, createServer, type Framing, jsonLines, lengthPrefixed, raw } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Command, type CommandOptions } from '../../support/command.js'

/** A server in this process; the port it listens on. */
async function listen<In, Out>(
  framing: Framing<In, Out>,
  handler: (connection: Connection<In, Out>) => Promise<void>,
): Promise<string> {
  const server = createServer({ framing, writeTimeout: Infinity, onError: () => {} }, handler)
  await server.listen('127.0.0.1:0')
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return String(address.port)
}

async function echo<Message>(connection: Connection<Message, Message>): Promise<void> {
  for await (const message of connection) await connection.send(message)
}

/** For tests of what is said, not of the silence that the default waits for. */
function pipe(words: readonly string[], options: CommandOptions = {}): Command {
  return Command.hawser(['connect', ...words, '--wait', '0'], options)
}

/** Receives all, and answers when the other end has ended. */
async function answerAtTheEnd(
  connection: Connection<Uint8Array, Uint8Array | string>,
): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of connection) hash.update(chunk)
  await connection.send(hash.digest('hex'))
}

describe('hawser connect in a pipe', () => {
  it('is exact, byte for byte, both ways, whatever the size', async () => {
    const command = pipe([await listen(raw(), echo)])
    const sent = randomBytes(4 * 1024 * 1024 + 1)
    command.stdin.end(sent)
    const { code } = await command.ended
    expect(code).toBe(0)
    expect(command.output.equals(sent)).toBe(true)
  })

  it('ends its direction at the end of input, and waits for the rest', async () => {
    const command = Command.hawser(['connect', await listen(raw(), answerAtTheEnd)])
    const sent = randomBytes(100_000)
    command.stdin.end(sent)
    const { code, stdout } = await command.ended
    expect(stdout).toBe(createHash('sha256').update(sent).digest('hex'))
    expect(code).toBe(0)
  })

  it('waits for the rest with no input at all', async () => {
    const port = await listen(raw(), answerAtTheEnd)
    const command = pipe([port], { stdin: 'ignore' })
    expect((await command.ended).stdout).toBe(createHash('sha256').digest('hex'))
  })

  it('keeps its notices on stderr, or to itself', async () => {
    const port = await listen(raw(), echo)
    const loud = pipe([port, '--send', 'hi'])
    const quiet = pipe([port, '--send', 'hi', '--quiet'])
    const [said, kept] = [await loud.ended, await quiet.ended]
    expect([said.stdout, kept.stdout]).toEqual(['hi\n', 'hi\n'])
    expect(said.stderr).toMatch(
      new RegExp(
        `^connected to tcp://127\\.0\\.0\\.1:${port} from port \\d+\nclosed: by us, 3 B in, 3 B out\n$`,
      ),
    )
    expect(kept.stderr).toBe('')
  })

  it('sends the texts of --send, each as a line, and leaves stdin alone', async () => {
    const port = await listen(raw(), echo)
    const command = pipe([port, '--send', 'a', '--send', 'b', '--crlf'])
    expect((await command.ended).stdout).toBe('a\r\nb\r\n')
  })

  it('turns LF into CRLF with --crlf', async () => {
    const command = pipe([await listen(raw(), echo), '--crlf'])
    command.stdin.end('a\nb\r\n')
    expect((await command.ended).stdout).toBe('a\r\nb\r\n')
  })

  it('sends and prints a line a message under a framing', async () => {
    const port = await listen(lengthPrefixed({ bytes: 2 }), echo)
    const command = pipe([port, '--framing', 'length:2be'])
    command.stdin.end('one\r\ntwo\n\nlast')
    expect((await command.ended).stdout).toBe('one\ntwo\n\nlast\n')
  })

  it('prints JSON objects, and dumps', async () => {
    const port = await listen(raw(), echo)
    const json = await pipe([port, '--send', 'hi', '--json']).ended
    expect(JSON.parse(json.stdout)).toMatchObject({ event: 'message', size: 2, text: 'hi' })
    const hex = await pipe([port, '--send', 'hi', '--hex']).ended
    expect(hex.stdout).toMatch(
      /^> 00000000 {2}68 69 0a {40,}\|hi\.\|\n< 00000000 {2}68 69 0a {40,}\|hi\.\|\n$/,
    )
  })

  it('says which input the framing cannot carry, sends the rest, and fails', async () => {
    const port = await listen(jsonLines(), echo)
    const command = pipe([port, '--framing', 'json'])
    command.stdin.end('{"a": 1}\nno json\n[2]\n')
    const { code, stdout, stderr } = await command.ended
    expect(stdout).toBe('{"a":1}\n[2]\n')
    expect(stderr).toMatch(
      /^hawser: the text is not JSON .*: write a JSON value, strings in quotes$/m,
    )
    expect(code).toBe(1)
  })

  it('slows the peer down while nobody takes its output, and loses nothing', async () => {
    const total = 64 * 1024 * 1024
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let sent = 0
    const port = await listen(raw(), async (connection) => {
      for (; sent < total; sent += chunk.length) await connection.send(chunk)
    })
    const command = pipe([port], { stdin: 'ignore' })
    command.stdout.removeAllListeners('data')
    command.stdout.pause()
    // What stands still for two looks has stopped: nothing announces that it has.
    let before = -1
    while (sent === 0 || sent !== before) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(sent).toBeLessThan(total / 2)
    let received = 0
    command.stdout.on('data', (bytes: Buffer) => (received += bytes.length))
    command.stdout.resume()
    expect((await command.ended).code).toBe(0)
    expect(received).toBe(total)
  })

  it('goes quietly when nobody reads its output any more', async () => {
    const port = await listen(raw(), async (connection) => {
      for (;;) {
        await connection.send('more and more\n')
        await new Promise(setImmediate)
      }
    })
    const command = Command.hawser(['connect', port])
    await command.prints(/more/)
    command.stdout.destroy()
    const { code, stderr } = await command.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/^connected to .*\n$/)
  })
})

describe('hawser connect and a peer that', () => {
  it('resets the connection: one line, and exit code 1', async () => {
    const peers = await ScriptedPeer.listen()
    const command = Command.hawser(['connect', String(peers.port)])
    const peer = await peers.accept()
    await command.complains(/connected/)
    peer.reset()
    const { code, stderr } = await command.ended
    expect(code).toBe(1)
    expect(stderr.split('\n')[1]).toMatch(/^hawser: .*reset/)
    expect(stderr).not.toMatch(/^\s+at /m)
    await peers.close()
  })

  it('ends: so does hawser, though its input goes on', async () => {
    const port = await listen(raw(), async (connection) => {
      await connection.send('bye\n')
    })
    const { code, stdout } = await Command.hawser(['connect', port]).ended
    expect([code, stdout]).toEqual([0, 'bye\n'])
  })

  it('breaks the framing: one line, and exit code 1', async () => {
    const port = await listen(raw(), async (connection) => {
      await connection.send('3:abc,\x1b[2J')
    })
    const { code, stdout, stderr } = await Command.hawser([
      ...['connect', port, '--framing', 'netstring'],
    ]).ended
    expect([code, stdout]).toEqual([1, 'abc\n'])
    expect(stderr).toMatch(/^hawser: .*netstring/m)
    expect(stderr).not.toContain('␛')
  })

  it('says nothing for --idle', async () => {
    const port = await listen(raw(), async (connection) => {
      await connection.closed
    })
    const { code, stderr } = await Command.hawser(['connect', port, '--idle', '50ms']).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^hawser: .*50/m)
  })

  it('is there when Ctrl-C comes: the connection ends in order', async () => {
    let ended = false
    const port = await listen(raw(), async (connection) => {
      for await (const chunk of connection) await connection.send(chunk)
      ended = true
    })
    const command = Command.hawser(['connect', port])
    await command.complains(/connected/)
    command.type('hi\n')
    await command.prints(/hi/)
    command.kill('SIGINT')
    expect((await command.ended).code).toBe(130)
    expect(ended).toBe(true)
  })
})
