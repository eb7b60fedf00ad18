import { createServer, lines } from 'hawser'
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
})
