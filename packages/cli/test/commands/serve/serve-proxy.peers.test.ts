import { describe, expect } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'

const behind = (...more: string[]): Command =>
  Command.hawser(['serve', '0', '--proxy-protocol', 'require', ...more])

describe('hawser serve --proxy-protocol', () => {
  itPeer('curl', 'takes the header of curl', async (curl) => {
    const server = behind('--trusted', '127.0.0.1', '--http-hello')
    await server.prints(
      /try {2}curl --haproxy-protocol http:\/\/127\.0\.0\.1:\d+\/\n {2}try {2}npx \S+ hawser connect \S+ --send-proxy v2\n/,
    )
    const url = `http://127.0.0.1:${await server.port()}/path`
    const { stdout } = await new Command(curl, ['-sS', '--haproxy-protocol', url]).ended
    expect(stdout).toMatch(/\/path/)
    await server.prints(/connected 127\.0\.0\.1:\d+ via 127\.0\.0\.1:\d+ /)
  })
})
