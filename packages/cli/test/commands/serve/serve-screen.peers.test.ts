import { describe, expect } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { connectLines, nextMessage } from '../../support/client.js'
import { Screen } from '../../support/screen.js'

describe('serve on a terminal of 80 columns', () => {
  itPeer('tmux', 'shows a row for each event', async (tmux) => {
    const screen = await Screen.start(tmux, ['serve', '0', '--echo'])
    const client = await connectLines(await screen.port())
    await client.send('hello')
    await client.close()
    await screen.shows(/closed .*\n>$/)
    const rows = await screen.rows()
    const time = /^\d\d:\d\d:\d\d\.\d{3}/
    expect(rows.slice(4).map((row) => row.replace(time, 'TIME').replace(/:\d+/, ':PORT'))).toEqual([
      'TIME  @1    connected  127.0.0.1:PORT (1 open)',
      'TIME  @1    in               5 B  hello',
      'TIME  @1    out              5 B  hello',
      'TIME  @1    closed     by the peer, 6 B in, 6 B out (0 open)',
      '>',
    ])
  })

  itPeer('tmux', 'shows the rows of workers in the same columns', async (tmux) => {
    const screen = await Screen.start(tmux, ['serve', '0', '--workers', '1'])
    const client = await connectLines(await screen.port())
    await client.send('hello')
    await screen.shows(/hello/)
    await screen.resize(60)
    await screen.type('typed')
    await screen.shows(/> typed$/)
    await screen.press('Enter')
    // It comes from the worker, which was told of the width before.
    expect(await nextMessage(client)).toBe('typed')
    await client.close()
    await screen.shows(/open here\)\n>$/)
    await screen.resize(80)
    const rows = (await screen.rows()).slice(4)
    expect(rows.map((row) => row.replace(/^[\d:.]{12}/, 'TIME').replace(/:\d+/, ':PORT'))).toEqual([
      'TIME  @1.1    connected  127.0.0.1:PORT (1 open here)',
      'TIME  @1.1    in               5 B  hello',
      '> typed',
      'TIME  @all    out to 1         5 B  typed',
      'TIME  @1.1    closed     by the peer, 6 B in, 6 B',
      '                                 out (0 open here)',
      '>',
    ])
  })

  itPeer('tmux', 'a new width wipes nothing that was received', async (tmux) => {
    const screen = await Screen.start(tmux, ['serve', '0'])
    const client = await connectLines(await screen.port())
    await client.send('first')
    await client.send('last')
    await screen.shows(/last/)
    await screen.type(`begin ${'x'.repeat(100)} end`)
    await screen.shows(/ end$/)
    for (const columns of [120, 50, 200, 30, 80]) {
      await screen.resize(columns)
      await screen.type('+')
      const [typed] = await screen.shows(/> begin [^]*\+$/)
      const rows = (await screen.rows()).join('\n')
      expect(rows).toMatch(/\bin\s+5 B\s+first\n/)
      expect(rows).toMatch(/\bin\s+4 B\s+last\n/)
      // Once, and without a piece that is left over from another width.
      expect(rows.match(/begin/g)).toHaveLength(1)
      expect(typed.replaceAll('\n', '')).toMatch(/^> begin x{100} end\++$/)
    }
  })

  itPeer('tmux', 'Ctrl-D says what stops the server, and typing goes on', async (tmux) => {
    const screen = await Screen.start(tmux, ['serve', '0'])
    const client = await connectLines(await screen.port())
    await screen.shows(/connected/)
    await screen.press('C-d')
    await screen.shows(/Ctrl-C stops the server\n>$/)
    await screen.type('hello')
    await screen.press('Enter')
    expect(await nextMessage(client)).toBe('hello')
    await screen.press('C-c')
    await screen.shows(/stopped: 1 drained, 0 forced/)
  })
})
