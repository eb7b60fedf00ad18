import { createServer, lines, raw } from 'hawser'
import { describe, expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { Screen } from '../../support/screen.js'

describe('connect on a terminal of 80 columns', () => {
  itPeer('tmux', 'shows in one row that it tries, and ends in order', async (tmux) => {
    const listening = async (port: number): Promise<number> => {
      const server = createServer({ framing: lines() }, (client) => client.send('hello'))
      onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
      await server.listen({ host: '127.0.0.1', port })
      const address = server.address() as { port: number }
      if (port === 0) await server.close()
      return address.port
    }
    const port = await listening(0)
    const screen = await Screen.start(tmux, ['connect', `127.0.0.1:${port}`, '--reconnect'])
    await screen.shows(/\(trying again in [\d.]+ s\)$/)
    await screen.type('half a line')
    const [typed] = await screen.shows(/\(.*\) half a line$/)
    expect(typed).toMatch(/^\((?:trying again in [\d.]+ m?s|connecting)\)/)
    expect((await screen.rows()).filter((row) => row.startsWith('not connected'))).toHaveLength(1)
    await listening(port)
    await screen.shows(/connected to .*\nhello\ndisconnected: by the peer, 6 B in, 0 B out\n/)
    await screen.press('C-c')
    expect(await screen.exitCode()).toBe(130)
  })

  itPeer('tmux', 'tells what is sent from what comes in', async (tmux) => {
    const server = createServer({ framing: lines() }, { message: (c, line) => c.send(line) })
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    await server.listen('127.0.0.1:0')
    const { port } = server.address() as { port: number }
    const screen = await Screen.start(tmux, ['connect', String(port), '--framing', 'lines'])
    await screen.shows(/connected to .*\n>$/)
    await screen.type('hello')
    await screen.press('Enter')
    await screen.shows(/connected to .*\n> hello\n< hello\n>$/)
    await screen.press('C-d')
    await screen.shows(/< hello\nclosed/)
    expect(await screen.exitCode()).toBe(0)
  })

  itPeer('tmux', 'dumps both directions within its columns', async (tmux) => {
    const server = createServer({ framing: raw() }, { message: (c, chunk) => c.send(chunk) })
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    await server.listen('127.0.0.1:0')
    const { port } = server.address() as { port: number }
    const screen = await Screen.start(tmux, ['connect', String(port), '--hex', '-e'])
    await screen.shows(/connected/)
    await screen.type(String.raw`0123456789abcde\x1b[2J\c`)
    await screen.press('Enter')
    const row = '30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 1b'
    await screen.shows(
      new RegExp(
        `\n> 00000000  ${row}  \\|0123456789abcde\\.\\|\n> 00000010  5b 32 4a .*\n` +
          `< 00000000  ${row}  \\|0123456789abcde\\.\\|\n< 00000010  5b 32 4a `,
      ),
    )
    await screen.press('C-d')
    expect(await screen.exitCode()).toBe(0)
  })
})
