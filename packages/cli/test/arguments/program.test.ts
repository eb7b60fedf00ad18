import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { type Actions, createProgram } from '../../src/program.js'
import { splitWords } from '../../src/arguments/behind-dashes.js'
import { explainUsage } from '../../src/arguments/usage.js'
import type { CertOptions } from '../../src/certificate/options.js'
import type { LogCommandOptions } from '../../src/log/options.js'
import type { ConnectOptions } from '../../src/connect/options.js'
import type { InspectOptions } from '../../src/inspect/options.js'
import type { ProxyOptions } from '../../src/proxy/options.js'
import type { ReplayOptions } from '../../src/replay/options.js'
import type { ServeOptions } from '../../src/serve/options.js'
import type { RunCommandOptions } from '../../src/workbench/project/run-options.js'
import type { WorkbenchCommandOptions } from '../../src/workbench/options.js'

interface Parsed {
  serve?: ServeOptions
  connect?: ConnectOptions
  proxy?: ProxyOptions
  inspect?: InspectOptions
  replay?: ReplayOptions
  cert?: CertOptions
  log?: LogCommandOptions
  workbench?: WorkbenchCommandOptions
  run?: RunCommandOptions
}

async function parse(...words: string[]): Promise<Parsed> {
  const parsed: Parsed = {}
  const { own, behind } = splitWords(words)
  const actions: Actions = {
    serve: async (serve) => void Object.assign(parsed, { serve }),
    connect: async (connect) => void Object.assign(parsed, { connect }),
    proxy: async (proxy) => void Object.assign(parsed, { proxy }),
    inspect: async (inspect) => void Object.assign(parsed, { inspect }),
    replay: async (replay) => void Object.assign(parsed, { replay }),
    cert: async (cert) => void Object.assign(parsed, { cert }),
    log: async (log) => void Object.assign(parsed, { log }),
    workbench: async (workbench) => void Object.assign(parsed, { workbench }),
    run: async (run) => void Object.assign(parsed, { run }),
  }
  const program = createProgram('1.2.3', actions, behind)
  try {
    await program.parseAsync(own, { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError ? explainUsage(error, words) : error
  }
  return parsed
}

describe('hawser serve', () => {
  it('listens on this machine, and shows lines unless told otherwise', async () => {
    expect((await parse('serve')).serve).toEqual({
      endpoints: ['tcp://127.0.0.1:8000'],
      framing: { kind: 'lines', options: {} },
      maxFrame: undefined,
      mode: 'print',
      greeting: undefined,
      httpHello: false,
      maxConnections: undefined,
      maxPerAddress: undefined,
      allow: undefined,
      deny: undefined,
      connectRate: undefined,
      firstByteTimeout: undefined,
      frameTimeout: undefined,
      writeTimeout: undefined,
      minimumRate: undefined,
      idle: undefined,
      drain: undefined,
      escapes: false,
      crlf: false,
      json: false,
      hex: false,
      log: undefined,
      page: undefined,
      pageOpen: false,
      quiet: false,
    })
  })

  it('takes a port alone as one of this machine, and other endpoints as they are', async () => {
    const { serve } = await parse('serve', '9000', '*:9001', '[::1]:9002', 'unix:/tmp/a b')
    expect(serve?.endpoints).toEqual(['127.0.0.1:9000', '*:9001', '[::1]:9002', 'unix:/tmp/a b'])
  })

  it('takes every option', async () => {
    const { serve } = await parse(
      ...['serve', '--chat', '--greeting', 'hi', '--http-hello', '--framing', 'length:2be'],
      ...[
        '--crlf',
        '--max-connections',
        '3',
        ...['--max-per-address', '2', '--allow', '10.0.0.0/8, ::1', '--allow=./ours.txt'],
        ...['--deny', '10.0.0.1-10.0.0.9', '--connect-rate', '30/m:5'],
        ...['--max-frame', '64KiB', '--first-byte-timeout', '10s', '--frame-timeout', '5s'],
        ...['--write-timeout', 'off', '--minimum-rate', '1KiB'],
        ...['--proxy-protocol', 'optional', '--trusted', '10.0.0.1,unix', '--header-timeout', '1s'],
        '--idle',
        '30s',
        '--drain=2s',
        '--json',
        '--hex',
        '-q',
      ],
    )
    expect(serve).toMatchObject({
      framing: { kind: 'length', main: { bytes: 2, endian: 'big' } },
      mode: 'chat',
      greeting: [{ bytes: Buffer.from('hi'), isLine: true }],
      httpHello: true,
      maxConnections: 3,
      maxPerAddress: 2,
      allow: ['10.0.0.0/8', '::1', './ours.txt'],
      deny: ['10.0.0.1-10.0.0.9'],
      connectRate: { perSecond: 0.5, burst: 5 },
      maxFrame: 65_536,
      firstByteTimeout: 10_000,
      frameTimeout: 5_000,
      writeTimeout: Infinity,
      minimumRate: 1_024,
      proxyProtocol: { mode: 'optional', trusted: ['10.0.0.1', 'unix'], headerTimeout: 1_000 },
      idle: 30_000,
      drain: 2000,
      crlf: true,
      json: true,
      hex: true,
      quiet: true,
    })
  })
})

describe('hawser connect', () => {
  it('is raw unless told otherwise, and lines for JSON', async () => {
    expect((await parse('connect', '8000')).connect?.framing).toEqual({
      kind: 'raw',
      options: {},
    })
    expect((await parse('connect', '8000', '--json')).connect?.framing).toEqual({
      kind: 'lines',
      options: {},
    })
  })

  it('takes every option, and --send several times', async () => {
    const { connect } = await parse(
      ...[
        'connect',
        'host:1',
        '--send',
        'a',
        '--send',
        'b',
        '--connect-timeout',
        '3s',
        '--idle',
        'off',
      ],
      ...['--crlf', '--hex', '--quiet', '-f', 'fixed:4', '--send-proxy', 'v2'],
      ...['--reconnect', '--heartbeat', 'PING', '--heartbeat-every', '5s'],
    )
    expect(connect).toEqual({
      endpoint: 'host:1',
      framing: { kind: 'fixed', main: 4, options: {} },
      maxFrame: undefined,
      send: [
        { bytes: Buffer.from('a'), isLine: true },
        { bytes: Buffer.from('b'), isLine: true },
      ],
      escapes: false,
      sendProxy: 2,
      crlf: true,
      connectTimeout: 3000,
      idle: Infinity,
      wait: 500,
      reconnect: true,
      heartbeat: { bytes: Buffer.from('PING'), isLine: true },
      heartbeatEvery: 5000,
      json: false,
      hex: true,
      quiet: true,
    })
  })
})

describe('what hawser connect sends', () => {
  it('is text and bytes, in the order of the command line', async () => {
    const words = ['connect', '1', '--send-hex', '01 0a', '--send', 'a', '--send-hex', '0xff']
    expect((await parse(...words)).connect?.send).toEqual([
      { bytes: Uint8Array.of(1, 10), isLine: false },
      { bytes: Buffer.from('a'), isLine: true },
      { bytes: Uint8Array.of(255), isLine: false },
    ])
  })

  it('is text as it is, and with --escapes the bytes that it names, wherever that stands', async () => {
    const send = String.raw`a\\x41\xff`
    expect((await parse('connect', '1', '--send', send)).connect?.send).toEqual([
      { bytes: Buffer.from(send), isLine: true },
    ])
    const expected = Uint8Array.from([...Buffer.from(String.raw`a\x41`), 255])
    const words = ['connect', '1', '--send', send, '--escapes']
    expect((await parse(...words)).connect?.send).toEqual([{ bytes: expected, isLine: true }])
  })

  it.each([
    [['--send-hex', '01 0'], '--send-hex, character 4: 0 has an odd number of digits: write two'],
    [['--send-hex', ' '], '--send-hex has no bytes: write two'],
    [
      ['-e', '--send', String.raw`a\q`],
      String.raw`--send, character 2: \q is no escape: write \xNN`,
    ],
    [
      ['-e', '--reconnect', '--heartbeat', String.raw`\x`],
      String.raw`--heartbeat, character 1: \x is no escape`,
    ],
  ])('refuses %j', async (words, message) => {
    await expect(parse('connect', '1', ...words)).rejects.toThrow(message)
  })
})

it('hawser serve reads --greeting with --escapes, a message a line', async () => {
  const { serve } = await parse('serve', '-e', '--greeting', 'a\\x00\nb')
  expect(serve?.greeting?.map(({ bytes }) => [...bytes])).toEqual([[97, 0], [98]])
  const wrong = parse('serve', '-e', '--greeting', String.raw`\q`)
  await expect(wrong).rejects.toThrow(String.raw`--greeting, character 1: \q is no escape`)
})

describe('hawser connect at the end of its input', () => {
  it.each([
    [[], 500],
    [['--wait', '2s'], 2_000],
    [['--wait', '0'], 0],
    [['--no-shutdown'], Infinity],
  ])('with %j waits %i ms for a silent peer', async (words, wait) => {
    expect((await parse('connect', '1', ...words)).connect?.wait).toBe(wait)
  })
})

describe('a command line that cannot work', () => {
  it.each([
    [['connect', '1', '--no-shutdown', '--wait', '1s'], /--no-shutdown waits for ever, and --wait/],
    [['serve', '--jsno'], 'unknown option --jsno: did you mean --json? (see hawser serve --help)'],
    [['connect', '1', '--zzz'], 'unknown option --zzz: see hawser connect --help'],
    [['sreve'], 'unknown command sreve: did you mean serve? (see hawser --help)'],
    [['8000'], 'unknown command 8000: write hawser serve 8000 or hawser connect 8000'],
    [['help', 'frming'], 'unknown command frming: did you mean framing? (see hawser --help)'],
    [['help', 'nonsense'], 'unknown command nonsense: see hawser --help'],
    [['connect'], 'missing required argument endpoint: see hawser connect --help'],
    [['serve', '--echo', '--chat'], /^option --chat cannot be used with option --echo: /],
    [['serve', '--idle', 'soon'], /^--idle is a time, not "soon": /],
    [['serve', '--max-connections', '-3'], /^--max-connections is a count, not "-3": /],
    [['serve', '--max-frame', '1 MiB'], /^--max-frame is a size, not "1 MiB": write 4096, /],
    [['serve', '--minimum-rate', '0'], /^--minimum-rate is bytes a second, not "0": /],
    [
      ['connect', '1', '--framing', 'fixed:4', '--max-frame', '9'],
      '--max-frame is 9, and each message of fixed:4 has 4 bytes: leave one of them out',
    ],
    [
      ['serve', '--max-per-address', '0'],
      /^--max-per-address is 0: write a whole number, 1 or more/,
    ],
    [['serve', '--connect-rate', '10'], /^--connect-rate is a rate, not "10": write 10\/s or /],
  ])('%j says what is wrong and what to do', async (words, expected) => {
    await expect(parse(...words)).rejects.toThrow(expected)
  })
})
