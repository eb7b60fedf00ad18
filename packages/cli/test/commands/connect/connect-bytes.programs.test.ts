import { createServer, raw } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Command, type Outcome } from '../../support/command.js'

/** What a server gets from `hawser connect` with these words, in hexadecimal, and how that ends. */
async function sent(...words: string[]): Promise<Outcome & { hex: string }> {
  const chunks: Uint8Array[] = []
  const server = createServer(
    { framing: raw() },
    { message: (_client, chunk) => void chunks.push(chunk) },
  )
  await server.listen('127.0.0.1:0')
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  const { port } = server.address() as { port: number }
  const command = Command.hawser(['connect', String(port), '--wait', '0', ...words], {
    stdin: 'ignore',
  })
  const outcome = await command.ended
  await server.close()
  return { ...outcome, hex: Buffer.concat(chunks).toString('hex') }
}

describe('hawser connect sends', () => {
  it.each([
    [['--send-hex', '01 03 00 00'], '01030000'],
    [['--send-hex', '0x01:0x03', '--send', 'a', '--send-hex', 'ff'], '0103610aff'],
    [['--send-hex', '610a', '--crlf'], '610a'],
    [['-e', '--send', String.raw`\xff\x00`], 'ff000a'],
    [['-e', '--send', String.raw`\xff\c`, '--send', 'b', '--crlf'], 'ff620d0a'],
    [['--send', String.raw`\xff`], Buffer.from('\\xff\n').toString('hex')],
    [['--framing', 'length:2be', '--send-hex', '0aff'], '00020aff'],
    [['--framing', 'lines', '--send-hex', 'ff00'], 'ff000a'],
    [['--framing', 'dots', '--crlf', '--send', '.a'], Buffer.from('..a\r\n.\r\n').toString('hex')],
    [['--framing', 'lines', '-e', '--send', String.raw`\xc3(`], 'c3280a'],
    [
      [
        ...['--framing', String.raw`delim:\x1c\r,start=\x0b`],
        ...['-e', '--send', String.raw`MSH|\rPID|`],
      ],
      '0b4d53487c0d5049447c1c0d',
    ],
    [
      ['--framing', 'length:2be,offset=4', '--send-hex', '0001 0000 01 03 0000 0002'],
      '000100000006010300000002',
    ],
  ])('%j as these bytes', async (words, hex) => {
    const outcome = await sent(...words)
    expect(outcome).toMatchObject({ hex, code: 0 })
  })

  it('nothing of a message that its framing does not carry, and says why', async () => {
    const outcome = await sent('--framing', 'json', '--send-hex', '22ff22')
    expect(outcome).toMatchObject({ hex: '', code: 1 })
    expect(outcome.stderr).toMatch(/^hawser: the message is not UTF-8/m)
  })

  it('nothing at all when the command line is wrong', async () => {
    const outcome = await sent('--send', 'a', '--send-hex', '01 3')
    expect(outcome).toMatchObject({ hex: '', code: 2, stdout: '' })
    expect(outcome.stderr).toBe(
      'hawser: --send-hex, character 4: 3 has an odd number of digits: write two for each byte, such as 01 0a ff\n',
    )
  })
})

it('hawser serve greets with bytes', async () => {
  const server = Command.hawser(
    ['serve', '0', '--framing', 'length:1', '-e', '--greeting', String.raw`\x00\xff`],
    { stdin: 'ignore' },
  )
  const port = String(await server.port())
  const command = Command.hawser(['connect', port, '--framing', 'raw', '--json', '--hex'], {
    stdin: 'ignore',
  })
  const { stdout } = await command.ended
  expect(JSON.parse(stdout)).toMatchObject({ size: 3, hex: '0200ff' })
})

describe('hawser connect --hex', () => {
  /** A server that sends back what it gets; the port it listens on. */
  async function echo(): Promise<string> {
    const server = createServer(
      { framing: raw() },
      { message: (client, chunk) => client.send(chunk) },
    )
    await server.listen('127.0.0.1:0')
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    return String((server.address() as { port: number }).port)
  }

  it('shows what was sent and what came in, told apart, and nothing that acts', async () => {
    const words = ['connect', await echo(), '--hex', '--send-hex', '1b5b324a 9b 41']
    const { stdout, code } = await Command.hawser(words, { stdin: 'ignore' }).ended
    const dump = `00000000  ${'1b 5b 32 4a 9b 41'.padEnd(48)}  |.[2J.A|`
    expect(stdout).toBe(`> ${dump}\n< ${dump}\n`)
    expect(code).toBe(0)
  })

  it('shows no message that was not sent', async () => {
    const words = ['connect', await echo(), '--hex', '--framing', 'fixed:2']
    const more = ['--send', 'abc', '--send', 'ab']
    const { stdout, code } = await Command.hawser([...words, ...more], { stdin: 'ignore' }).ended
    const dump = `00000000  ${'61 62'.padEnd(48)}  |ab|`
    expect(stdout).toBe(`> ${dump}\n< ${dump}\n`)
    expect(code).toBe(1)
  })

  it('shows all of a large input, and all that comes back', async () => {
    const command = Command.hawser(['connect', await echo(), '--hex'])
    const size = 3_000_000
    command.stdin.end(Buffer.alloc(size, 'a'))
    const { stdout, code } = await command.ended
    const rows = stdout.split('\n')
    const sentRows = rows.filter((row) => row.startsWith('> '))
    const last = (row = ''): number => Number.parseInt(row.slice(2, 10), 16)
    expect(last(sentRows.at(-1))).toBeGreaterThan(size - 17)
    expect(last(rows.findLast((row) => row.startsWith('< ')))).toBeGreaterThan(size - 17)
    expect(code).toBe(0)
  })

  it('leaves JSON as it is: what came in', async () => {
    const words = ['connect', await echo(), '--hex', '--json', '--send', 'a']
    const { stdout } = await Command.hawser(words, { stdin: 'ignore' }).ended
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ direction: 'in', text: 'a', hex: '61' })
  })
})

describe('bytes that belong to no message are counted where a connection ends', () => {
  const framing = ['--framing', 'delim:03,start=02,between=skip']

  it('by serve', async () => {
    const server = Command.hawser(['serve', '0', ...framing], { stdin: 'ignore' })
    const port = String(await server.port())
    const words = ['connect', port, '--send-hex', 'ffff 0261 03 ff', '--wait', '0']
    await Command.hawser(words, { stdin: 'ignore' }).ended
    await server.prints(/@1 in 1 B a\n/)
    await server.prints(/@1 closed by the peer, 6 B in, 3 B skipped, 0 B out/)
  })

  it.each([[[]], [['--reconnect']]])('by connect %j', async (more) => {
    const server = createServer({ framing: raw() }, async (client) => {
      await client.send(Buffer.from('zz\x02a\x03'))
      for await (const chunk of client) await client.send(chunk)
    })
    await server.listen('127.0.0.1:0')
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    const { port } = server.address() as { port: number }
    const words = ['connect', String(port), ...framing, '--send', 'b', ...more]
    const { stdout, stderr } = await Command.hawser(words, { stdin: 'ignore' }).ended
    expect(stdout).toBe('a\nb\n')
    expect(stderr).toMatch(/closed: by us, 8 B in, 2 B skipped, 3 B out/)
  })
})

it('frames that are too large are skipped where that is asked for', async () => {
  const words = ['serve', '0', '--framing', 'length:2be,oversize=discard', '--max-frame', '3']
  const server = Command.hawser(words, { stdin: 'ignore' })
  const port = String(await server.port())
  const sending = ['connect', port, '--send-hex', '0004 61616161 0001 62', '--wait', '0']
  await Command.hawser(sending, { stdin: 'ignore' }).ended
  await server.prints(/@1 in 1 B b\n[^]*closed by the peer, 9 B in, 6 B skipped, 0 B out/)
})
