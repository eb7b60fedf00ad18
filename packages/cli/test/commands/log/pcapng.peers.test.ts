import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createLog } from 'hawser/log'
import { expect } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'

const ends = [
  { remoteAddress: '192.0.2.7', remotePort: 40001, localAddress: '192.0.2.1', localPort: 8080 },
  { remoteAddress: '2001:db8::7', remotePort: 40002, localAddress: '::1', localPort: 8080 },
  { remoteAddress: '192.0.2.9', remotePort: 5432, localAddress: '192.0.2.1', localPort: 40003 },
  {},
]

/** Connections over both versions of IP, dialled and accepted, closed and reset, small and large. */
async function write(): Promise<string> {
  const file = join(createFolder(), 'session.hawser')
  const log = await createLog(file)
  const details = [{ side: 'server' }, { side: 'server' }, { side: 'client' }, {}]
  const connections = ends.map((each, index) => log.open(each, details[index]))
  for (const connection of connections) {
    connection.in(Buffer.from('GET / HTTP/1.1\r\nHost: example\r\n\r\n'))
    connection.event({ event: 'note', text: 'looked at by hand' })
    connection.out(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n'))
    connection.out(Buffer.alloc(300_000, 'x'))
  }
  connections[0]!.close({ by: 'remote', reason: 'ended' })
  connections[1]!.close({ by: 'local', reason: 'ended' })
  connections[2]!.close({ by: 'remote', reason: 'reset' })
  log.event({ event: 'note', text: 'of no connection' })
  await log.close()
  return file
}

itPeer(
  'tshark',
  'tshark reads the packets of hawser log --pcapng without a warning',
  async (tshark) => {
    const file = await write()
    const packets = join(dirname(file), 'session.pcapng')
    const ended = await Command.hawser(['log', file, '--pcapng', packets]).ended
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(statSync(packets).mode & 0o777).toBe(0o600)
    const read = (...words: string[]): string => {
      return execFileSync(tshark, ['-r', packets, ...words], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString()
    }
    // It warns of a reset, which was one.
    expect(read('-q', '-z', 'expert,warn,tcp.flags.reset == 0')).not.toMatch(/Errors|Warns/)
    const streams = [0, 1, 2, 3].map((stream) => read('-q', '-z', `follow,tcp,raw,${stream}`))
    const request = Buffer.from('GET / HTTP/1.1\r\nHost: example\r\n\r\n').toString('hex')
    for (const text of streams) {
      expect(text).toContain(request)
      expect(text.replaceAll(/[^78]/g, '').length).toBeGreaterThan(600_000)
    }
    const places = read(
      '-Y',
      'tcp.flags.syn == 1 && tcp.flags.ack == 0',
      '-T',
      'fields',
      '-e',
      'tcp.dstport',
    )
    expect(places.trim().split('\n')).toEqual(['8080', '8080', '5432', '1'])
    const comments = read('-T', 'fields', '-e', 'frame.comment')
    expect(comments).toContain('looked at by hand')
    expect(comments).toContain('connection 1')
    expect(read('-Y', 'tcp.flags.reset == 1').trim().split('\n')).toHaveLength(1)
    expect(read('-Y', 'tcp.flags.fin == 1').trim().split('\n')).toHaveLength(4)
    expect(read('-Y', 'http.response', '-T', 'fields', '-e', 'http.response.code')).toMatch(/200/)
  },
)
