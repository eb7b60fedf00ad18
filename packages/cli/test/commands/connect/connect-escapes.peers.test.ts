import { createServer, raw } from 'hawser'
import { describe, expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { until } from '../../../../../test/support/until.js'
import { Command } from '../../support/command.js'
import { Screen } from '../../support/screen.js'

describe('typed at the prompt of connect', () => {
  /** The port of a server, and what it gets, in hexadecimal. */
  async function listening(): Promise<{ port: string; hex: () => string }> {
    const chunks: Uint8Array[] = []
    const server = createServer(
      { framing: raw() },
      { message: (_client, chunk) => void chunks.push(chunk) },
    )
    await server.listen('127.0.0.1:0')
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    const { port } = server.address() as { port: number }
    return { port: String(port), hex: () => Buffer.concat(chunks).toString('hex') }
  }

  itPeer('tmux', '\\xNN is a byte with --escapes, and a slip is not sent', async (tmux) => {
    const { port, hex } = await listening()
    const screen = await Screen.start(tmux, ['connect', port, '--escapes'])
    await screen.shows(/connected/)
    await screen.type(String.raw`\x0bab\xff\q`)
    await screen.press('Enter')
    await screen.shows(/not sent: \\q is no escape at character 11: write \\xNN/)
    await screen.type(String.raw`\x0bab\xff\c`)
    await screen.press('Enter')
    await until(() => hex() === '0b6162ff')
    await screen.press('C-d')
    expect(await screen.exitCode()).toBe(0)
  })

  itPeer('tmux', '\\xNN is text without --escapes, and that is said once', async (tmux) => {
    const { port, hex } = await listening()
    const screen = await Screen.start(tmux, ['connect', port])
    await screen.shows(/connected/)
    for (const text of [String.raw`\x41`, String.raw`\x42`]) {
      await screen.type(text)
      await screen.press('Enter')
    }
    const text = Buffer.from('\\x41\n\\x42\n').toString('hex')
    await until(() => hex() === text)
    await screen.shows(/\\x41 goes out as 4 characters: with --escapes it is a byte/)
    expect((await screen.rows()).filter((row) => row.includes('goes out as'))).toHaveLength(1)
    await screen.press('C-d')
    expect(await screen.exitCode()).toBe(0)
  })

  itPeer('tmux', 'goes to one client of serve as bytes', async (tmux) => {
    const screen = await Screen.start(tmux, ['serve', '0', '-e', '--framing', 'raw', '--echo'])
    const port = await screen.port()
    const received = Command.hawser(['connect', String(port), '--hex'])
    await screen.shows(/connected/)
    await screen.type(String.raw`@1 a\q`)
    await screen.press('Enter')
    await screen.shows(/not sent: \\q is no escape at character 5/)
    await screen.type(String.raw`@1 \x0b\xff\r\c`)
    await screen.press('Enter')
    // Without the line feed that a typed line gets under raw.
    await received.prints(/< 00000000 {2}0b ff 0d {41,}\|\.\.\.\|\n/)
    await screen.press('C-c')
  })
})
