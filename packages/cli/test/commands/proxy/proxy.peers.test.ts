import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { describePeer, itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'
import { Screen } from '../../support/screen.js'
import { ask, serveEcho, startProxy } from '../../support/proxied.js'

itPeer('nc', 'nc ends its direction, and gets what the server still says', async (nc) => {
  const { proxy, port } = await startProxy(await serveEcho())
  const peer = new Command(nc, ['-N', '127.0.0.1', String(port)])
  peer.stdin.end('one\ntwo\nunfinished')
  expect((await peer.ended).stdout).toBe('one\ntwo\nunfinished')
  await proxy.prints(/@1 closed by the client, 18 B up, 18 B down/)
})

itPeer('tmux', 'on a terminal it shows a row for each event, and Ctrl-C ends it', async (tmux) => {
  const target = String(await serveEcho())
  const screen = await Screen.start(tmux, ['proxy', '0', target, '--fault', 'latency=1:0', '--hex'])
  expect(await ask(await screen.port(), 'hello')).toBe('hello')
  await screen.shows(/closed .*\(0 open\)/)
  const time = /^\d\d:\d\d:\d\d\.\d{3}/
  const rows = (await screen.rows()).map((row) =>
    row.replace(time, 'TIME').replace(/:\d+/g, ':PORT'),
  )
  expect(rows.slice(rows.findIndex((row) => row.includes('connected')))).toEqual([
    'TIME  @1    connected  127.0.0.1:PORT to 127.0.0.1:PORT (1 open)',
    'TIME  @1    up               6 B',
    expect.stringMatching(/^< 00000000 {2}68 65 6c 6c 6f 0a .*\|hello\.\|$/) as string,
    'TIME  @1    down             6 B',
    expect.stringMatching(/^> 00000000 {2}68 65 6c 6c 6f 0a .*\|hello\.\|$/) as string,
    'TIME  @1    closed     by the client, 6 B up, 6 B down (0 open)',
  ])
  await screen.press('C-c')
  await screen.shows(/stopped: 0 drained, 0 forced/)
})

describePeer('redis-server', 'between redis-cli and a real server', (server) => {
  async function startRedis(): Promise<string> {
    const path = join(createFolder({}), 'redis.sock')
    const redis = new Command(server, ['--port', '0', '--unixsocket', path, '--save', ''])
    await redis.prints(/ready to accept connections/i)
    return `unix:${path}`
  }

  itPeer('redis-cli', 'commands pass, and are shown', async (cli) => {
    const { proxy, port } = await startProxy(await startRedis())
    const say = (...words: string[]): Promise<{ stdout: string }> =>
      new Command(cli, ['-p', String(port), ...words]).ended
    expect((await say('SET', 'ship', 'hawser')).stdout).toBe('OK\n')
    expect((await say('GET', 'ship')).stdout).toBe('hawser\n')
    await proxy.prints(/@2 up 23 B \*2\\r\\n\$3\\r\\nGET\\r\\n\$4\\r\\nship\\r\\n\n/)
    await proxy.prints(/@2 down 12 B \$6\\r\\nhawser\\r\\n\n/)
  })

  itPeer('redis-cli', 'a reset is one for it', async (cli) => {
    const { port } = await startProxy(await startRedis(), ['--fault', 'reset'])
    const { stdout, stderr } = await new Command(cli, ['-p', String(port), 'PING']).ended
    expect(stdout + stderr).toMatch(/reset by peer|Server closed/i)
  })

  it('the relay is the same without display', async () => {
    const { port } = await startProxy(await startRedis(), ['-q'])
    expect(await ask(port, 'PING')).toBe('+PONG')
  })
})
