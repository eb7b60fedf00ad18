import { readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { connect, raw } from 'hawser'
import { createLog } from 'hawser/log'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Command } from '../support/command.js'
import { connectRaw, serveEcho, startProxy } from '../support/proxied.js'
import { readLog } from '../support/read-log.js'

const mask = ['--mask', String.raw`AUTH ([^\r\n]{1,40})`]
const folder = (): string => createFolder()

async function end(command: Command): Promise<string> {
  command.kill('SIGINT')
  return (await command.ended).stdout
}

/** Send in two pieces, so that the secret is cut. */
async function login(port: number): Promise<void> {
  const client = await connectRaw(port)
  await client.send('AUTH sec')
  await client.receive()
  await client.send('ret\r\n')
  await client.receive()
  await client.close()
}

function said(file: string): string {
  return readLog(file)
    .map(({ kind, text }) => (kind === 'event' ? '' : text))
    .join('')
}

describe('--mask', () => {
  it('of a proxy hides what was cut: on the screen, in the log, and in Wireshark', async () => {
    const file = join(folder(), 'a.hawser')
    const words = ['--log', file, '--pcap-live', '0', ...mask]
    const { proxy, port } = await startProxy(await serveEcho(), words)
    const [, place = ''] = await proxy.prints(/TCP@(\S+)/)
    const viewer = await connect(place, { framing: raw() })
    onTestFinished(() => void viewer.close())
    await viewer.receive()
    await login(port)
    await proxy.prints(/closed/)
    const packets: Uint8Array[] = []
    const shown = end(proxy)
    for await (const bytes of viewer) packets.push(bytes)
    expect(await shown).toMatch(/up +8 B +AUTH \*{3}\n.*\n.*up +5 B +\*{3}\\r\\n/)
    expect(await shown).not.toMatch(/sec|ret\\r/)
    expect(said(file)).toBe('AUTH ***AUTH ******\r\n***\r\n')
    const captured = Buffer.concat(packets).toString('latin1')
    expect(captured).toContain('AUTH ***')
    expect(captured).not.toMatch(/AUTH sec|ret\r\n/)
  })

  it('of serve hides it on the screen and in the log, and passes it on', async () => {
    const file = join(folder(), 'a.hawser')
    const words = ['serve', '0', '--framing', 'raw', '--echo', '--log', file, ...mask]
    const server = Command.hawser(words)
    const [, port = ''] = await server.prints(/127\.0\.0\.1:(\d+)/)
    const client = await connectRaw(Number(port))
    await client.send('AUTH sec')
    expect(Buffer.from(await client.receive()).toString()).toBe('AUTH sec')
    await client.send('ret\r\n')
    await client.close()
    await server.prints(/closed/)
    const shown = await end(server)
    expect(shown).toContain('AUTH ***')
    expect(shown).not.toMatch(/sec|ret\\r/)
    expect(said(file)).not.toMatch(/sec|ret\r/)
  })

  it('of connect is for the log: what is printed is the data', async () => {
    const file = join(folder(), 'a.hawser')
    const client = await Command.hawser([
      ...['connect', String(await serveEcho()), '--send', 'AUTH secret', '--log', file],
      ...mask,
    ]).ended
    expect(client).toMatchObject({ code: 0, stdout: 'AUTH secret\n' })
    expect(said(file)).toBe('AUTH ******\nAUTH ******\n')
    const alone = await Command.hawser(['connect', '1', ...mask]).ended
    expect(alone).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^hawser: --mask has no log .* --log FILE/) as string,
    })
  })

  it('of a log hides what was cut, in every form, and finds nothing in it', async () => {
    const file = join(folder(), 'a.hawser')
    const log = await createLog(file)
    const connection = log.open()
    connection.in(Buffer.from('AUTH sec'))
    connection.out(Buffer.from('+OK\r\n'))
    connection.in(Buffer.from('ret\r\nGET x\r\n'))
    connection.close()
    await log.close()
    const show = async (...words: string[]): Promise<string> =>
      (await Command.hawser(['log', file, ...mask, ...words]).ended).stdout
    const text = await show()
    expect(text).toMatch(/in +8 B \(changed\) +AUTH \*{3}\n.*out +5 B +\+OK/)
    expect(text).toContain(String.raw`***\r\nGET x`)
    expect(await show('--json', '--last', '2')).toContain(String.raw`"***\r\nGET x\r\n"`)
    expect(await show('--find', 'secret')).toBe('')
    expect(await show('--find', '***', '--framing', 'lines', '--text')).toBe('@1 < AUTH ******\n')
    const packets = join(folder(), 'a.pcapng')
    await show('--pcapng', packets)
    expect(readFileSync(packets, 'latin1')).not.toMatch(/AUTH sec|ret\r\n/)
    truncateSync(file, readFileSync(file).length - 1)
    const cut = await Command.hawser(['log', file]).ended
    expect(cut).toMatchObject({ code: 0, stdout: '' })
    expect(cut.stderr).toMatch(/^hawser: .*its last [\d,]+ bytes are no whole block.*\n$/)
  })

  it.each([
    [String.raw`AUTH (\S+)`, String.raw`may match without end: say how often.*\\S\{1,256\}`],
    [String.raw`x{5000}`, 'may match 5000 bytes: it takes 1 to 4096 bytes'],
    ['(', 'is no regular expression: .*Unterminated group'],
  ])('is refused where it cannot be held to a length: %s', async (pattern, message) => {
    const ended = await Command.hawser(['proxy', '0', '1', '--mask', pattern]).ended
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(new RegExp(`^hawser: --mask .*${message}`))
    expect(ended.stderr.split('\n')).toHaveLength(2)
  })
})
