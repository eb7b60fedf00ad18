import { connect, createServer, raw } from 'hawser'
import { describe, expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { connectLines, nextMessage, nextText } from '../support/client.js'
import { Command } from '../support/command.js'

const ctrlC = '\x03'
const ctrlD = '\x04'

/** What a person sees, by way of `script`, which puts a program into a terminal. */
describe('in a terminal', () => {
  itPeer('script', 'serve shows colours and columns', async (script) => {
    const server = Command.inTerminal(script, ['serve', '0'])
    const client = await connectLines(await server.port())
    await client.send('hello')
    await server.prints(/␛\[36min {7}␛\[39m {8}5 B {2}hello/)
    await client.close()
    await server.prints(/␛\[33mclosed {3}␛\[39m {2}by the peer/)
  })

  itPeer('script', 'serve sends what is typed, and Ctrl-C drains', async (script) => {
    const server = Command.inTerminal(script, ['serve', '0'])
    const client = await connectLines(await server.port())
    await server.prints(/connected/)
    server.type('hello therx\x7fe\r')
    expect(await nextMessage(client)).toBe('hello there')
    server.type(ctrlC)
    const { code, stdout } = await server.ended
    expect(stdout).toContain('stopped: 1 drained, 0 forced')
    expect(code).toBe(0)
  })

  itPeer('script', 'a peer cannot act on the terminal of serve', async (script) => {
    const server = Command.inTerminal(script, ['serve', '0'])
    const client = await connect(`127.0.0.1:${await server.port()}`)
    await client.send('a\x1b]0;owned\x07\x1b[6n\x9b31m\u202e\n')
    await server.prints(/\\x1b.*\]0;owned.*\\x07.*\\x1b.*\[6n.*\\u009b.*31m.*\\u202e/)
    expect(server.printed).not.toMatch(/␛\]|␇|␛\[6n|\u009b|\u202e/)
    await client.close()
  })

  itPeer('script', 'connect edits lines, keeps a history, and ends with Ctrl-D', async (script) => {
    const received: string[] = []
    const server = createServer({ framing: raw() }, async (connection) => {
      for await (const chunk of connection) {
        const text = Buffer.from(chunk).toString()
        received.push(text)
        await connection.send(`got ${text}`)
      }
    })
    await server.listen('127.0.0.1:0')
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    const { port } = server.address() as { port: number }
    const command = Command.inTerminal(script, ['connect', String(port)])
    await command.prints(/connected to/)
    command.type('wrld\x1b[D\x1b[D\x1b[Do\x1b[F!\r')
    await command.prints(/got world!/)
    command.type('\x1b[A\r')
    await command.prints(/got world![^]*got world!/)
    command.type(ctrlD)
    const { code, stdout } = await command.ended
    expect(received).toEqual(['world!\n', 'world!\n'])
    expect(stdout).toMatch(/closed: by us, 22 B in, 14 B out/)
    expect(code).toBe(0)
  })

  itPeer('script', 'what comes in leaves the line that is being typed alone', async (script) => {
    const server = Command.hawser(['serve', '0'])
    const port = await server.port()
    const command = Command.inTerminal(script, ['connect', String(port)])
    await server.prints(/@1 connected/)
    await command.prints(/connected to/)
    command.type('half of a li')
    await command.prints(/half of a li/)
    server.type('interruption\n')
    // The line is wiped, the text takes its place, and the line comes again below it.
    await command.prints(/␛\[0Jinterruption\r?\n[^\n]*half of a li/)
    command.type('ne\r')
    await server.prints(/@1 in 14 B half of a line\n/)
  })

  itPeer(
    'script',
    'a prompt without a line feed is shown, and typing goes on behind it',
    async (script) => {
      const server = createServer({ framing: raw() }, async (connection) => {
        await connection.send('login: ')
        await connection.send(`welcome, ${await nextText(connection)}`)
      })
      await server.listen('127.0.0.1:0')
      onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
      const { port } = server.address() as { port: number }
      const command = Command.inTerminal(script, ['connect', String(port)])
      await command.prints(/login: /)
      command.type('bob\r')
      await command.prints(/welcome, bob/)
      expect((await command.ended).code).toBe(0)
    },
  )

  itPeer('script', 'Ctrl-C ends connect', async (script) => {
    const server = Command.hawser(['serve', '0'])
    const command = Command.inTerminal(script, ['connect', String(await server.port())])
    await command.prints(/connected to/)
    await server.prints(/@1 connected/)
    command.type(ctrlC)
    expect((await command.ended).code).toBe(130)
    await server.prints(/@1 closed by the peer/)
  })
})
