import { describe, expect } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'

/** What people have on their machines already. */
describe('hawser serve talks with', () => {
  itPeer('nc', 'nc, and answers what it sent before it ended', async (nc) => {
    const server = Command.hawser(['serve', '0', '--echo'])
    const port = await server.port()
    const peer = new Command(nc, ['-N', '127.0.0.1', String(port)])
    peer.stdin.end('one\ntwo\nunfinished')
    expect((await peer.ended).stdout).toBe('one\ntwo\nunfinished\n')
    await server.prints(/@1 closed by the peer, 18 B in, 19 B out/)
  })

  itPeer('nc', 'nc on a Unix socket', async (nc) => {
    const path = `/tmp/hawser-${process.pid}.sock`
    const server = Command.hawser(['serve', `unix:${path}`, '--echo'])
    await server.prints(/listening/)
    const peer = new Command(nc, ['-N', '-U', path])
    peer.stdin.end('hi\n')
    expect((await peer.ended).stdout).toBe('hi\n')
    await server.prints(/@1 connected \/tmp\/hawser-\d+\.sock \(1 open\)/)
    server.kill('SIGINT')
    await server.ended
  })

  itPeer('telnet', 'telnet, both ways', async (telnet) => {
    const server = Command.hawser(['serve', '0', '--greeting', 'welcome', '--crlf'])
    const peer = new Command(telnet, ['127.0.0.1', String(await server.port())])
    await peer.prints(/welcome/)
    peer.type('hello from telnet\n')
    await server.prints(/@1 in 17 B hello from telnet\n/)
    server.type('hello from the server\n')
    await peer.prints(/hello from the server/)
    server.kill('SIGTERM')
    await server.ended
    await peer.ended
    expect(peer.printed).toContain('welcome')
  })

  itPeer('curl', 'curl telnet://', async (curl) => {
    const server = Command.hawser(['serve', '0', '--echo'])
    const peer = new Command(curl, ['-sSN', `telnet://127.0.0.1:${await server.port()}`])
    peer.type('hello from curl\n')
    await peer.prints(/hello from curl\n/)
    await server.prints(/@1 in 15 B hello from curl\n/)
    // curl ends when both its input and the server have.
    peer.stdin.end()
    server.kill('SIGTERM')
    await server.ended
    await peer.ended
  })

  itPeer('curl', 'curl http://, whose request it shows line by line', async (curl) => {
    const server = Command.hawser(['serve', '0'])
    const peer = new Command(curl, ['-sS', `http://127.0.0.1:${await server.port()}/path`])
    await server.prints(/@1 in 18 B GET \/path HTTP\/1\.1\n/)
    await server.prints(/@1 in \d+ B User-Agent: curl/)
    peer.kill('SIGTERM')
    await server.prints(/@1 closed/)
  })
})
