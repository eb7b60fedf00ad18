import { describe, expect, it } from 'vitest'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'

const behind = (...more: string[]): Command =>
  Command.hawser(['serve', '0', '--proxy-protocol', 'require', ...more])

describe('hawser serve --proxy-protocol', () => {
  it.each(['v1', 'v2'])('shows the client and its proxy (%s)', async (version) => {
    const server = behind('--trusted', '127.0.0.1', '--echo')
    const port = await server.port()
    const words = ['connect', String(port), '--send-proxy', version, '--send', 'hello']
    const { stdout, code } = await Command.hawser(words).ended
    expect([stdout, code]).toEqual(['hello\n', 0])
    await server.prints(/@1 connected 127\.0\.0\.1:(\d+) via 127\.0\.0\.1:\1 \(1 open\)/)
    await server.prints(/@1 in 5 B hello\n/)
  })

  it('says the same as JSON', async () => {
    const server = behind('--trusted', '127.0.0.0/8', '--json')
    const port = await server.port()
    const client = Command.hawser(['connect', String(port), '--send-proxy', 'v1', '--send', 'x'])
    await client.ended
    await server.prints(
      /"event":"connected".*"remote":"127\.0\.0\.1:(\d+)".*"via":"127\.0\.0\.1:\1"/,
    )
  })

  it('refuses who sends none, and who is not trusted, and says so', async () => {
    const strict = behind('--trusted', '127.0.0.1')
    const plain = Command.hawser(['connect', String(await strict.port()), '--send', 'hello'])
    await strict.prints(
      /refused 127\.0\.0\.1:\d+ proxy-header-invalid: .* it begins with "hello\\x0a"; check that the peer/,
    )
    await plain.ended
    const choosy = behind('--trusted', '10.0.0.0/8')
    const spoof = ['connect', String(await choosy.port()), '--send-proxy', 'v1', '--send', 'x']
    await Command.hawser(spoof).ended
    await choosy.prints(/refused 127\.0\.0\.1:\d+ proxy-untrusted/)
  })

  it('waits as long as it is told for one', async () => {
    const server = behind('--trusted', '127.0.0.1', '--header-timeout', '50ms')
    const silent = Command.hawser(['connect', String(await server.port())])
    await server.prints(
      /refused 127\.0\.0\.1:\d+ proxy-header-timeout: 0 bytes of .* in 50 ms: .*, or raise --header-timeout/,
    )
    await silent.ended
  })

  it.each([
    [['--proxy-protocol', 'require'], /list your proxies with --trusted/],
    [['--trusted', '10.0.0.1'], /--trusted is for a server behind proxies: add --proxy-protocol/],
    [['--header-timeout', '1s'], /--header-timeout is for a server behind proxies/],
    [['--proxy-protocol', 'maybe'], /--proxy-protocol/],
    [['--proxy-protocol', 'require', '--trusted', '10.0.0.1/99'], /--trusted cannot be used/],
  ])('%j is a usage error', async (words, problem) => {
    const { code, stderr } = await runRefused(['serve', '0', ...words])
    expect(code).toBe(2)
    expect(stderr).toMatch(problem)
    expect(stderr).not.toMatch(/\n.*\n/)
  })
})
