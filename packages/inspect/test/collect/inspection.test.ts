import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder as createTestFolder } from '../../../../test/support/folders.js'
import { encodeBlock, event, plainText, thread } from '../support/encode-block.js'
import { Inspecting } from '../support/inspecting.js'

const open = { event: 'open', role: 'accept', local: '127.0.0.1:80', remote: '127.0.0.1:5000' }
const close = { event: 'close', bytesRead: 5, bytesWritten: 0 }

it('a conversation of a program is told from its beginning to its end', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread({ hooks: { push: true, onread: false } }))
  await program.sends(
    event({ event: 'open', role: 'connect', host: 'db.example' }),
    event({ event: 'connected', local: '127.0.0.1:5000', remote: '127.0.0.1:5432' }),
    { kind: 'out', data: 'hello' },
  )
  await program.sends(
    event({ event: 'tls', version: 'TLSv1.3', alpn: 'h2', sni: 'db.example', cipher: 'X' }),
    { kind: 'in', data: 'welcome', flags: plainText },
    { kind: 'lost', data: '{"event":"lost","in":3,"out":0,"rows":1}' },
    event({ event: 'end-in' }),
    event({ event: 'close', bytesRead: 10, bytesWritten: 5 }),
  )
  await program.ends()
  await inspecting.says(/^thread 1 ended/)
  const seen = { local: '127.0.0.1:5000', remote: '127.0.0.1:5432' }
  const tls = { version: 'TLSv1.3', cipher: 'X', alpn: 'h2', sni: 'db.example' }
  const says = (what: object, now: object): string =>
    `1 ${JSON.stringify(what)} ${JSON.stringify({ ...seen, ...now, unseen: '' })}`
  expect(inspecting.lines).toEqual([
    'thread 1: server.js 4711/0 without [onread]',
    '1 connect of 1 at 1001 db.example',
    says({ event: 'connected' }, {}),
    '1 out hello',
    says({ event: 'tls' }, { tls }),
    '1 in tls welcome',
    says({ event: 'lost', missed: { in: 3, out: 0 } }, { tls }),
    says({ event: 'end', direction: 'in' }, { tls }),
    '1 close ended by remote {"captured":{"in":7,"out":5},"lost":{"in":3,"out":0},"counted":{"in":10,"out":5}}',
    'thread 1 ended',
  ])
})

it('connections of several threads have numbers of their own', async () => {
  const inspecting = await Inspecting.start()
  const [main, worker] = [await inspecting.program(), await inspecting.program()]
  await main.sends(thread(), event(open))
  await inspecting.says(/^1 accept/)
  await worker.sends(thread({ threadId: 1 }), event(open), event(open, 7))
  await inspecting.says(/^3 accept of 2/)
  await main.sends({ kind: 'in', data: 'to main' })
  await worker.sends({ kind: 'in', connection: 7, data: 'to the worker' })
  await inspecting.says(/^1 in to main/)
  await inspecting.says(/^3 in to the worker/)
  expect(inspecting.inspection).toMatchObject({ threads: 2, connections: 3, refused: 0 })
})

it('who ended a connection is said', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  const ends = [
    [{ event: 'end-out' }, close],
    [{ ...close, reset: true }],
    [{ ...close, error: 'ECONNRESET' }],
    [{ ...close, error: 'ETIMEDOUT' }],
  ]
  await program.sends(
    thread(),
    ...ends.flatMap((events, index) => [open, ...events].map((each) => event(each, index + 1))),
  )
  await inspecting.says(/^4 close/)
  const closes = inspecting.lines.filter((line) => / close /.test(line))
  expect(closes.map((line) => line.replace(/ \{.*/, ''))).toEqual([
    '1 close ended by local',
    '2 close reset by local',
    '3 close reset by remote',
    '4 close ETIMEDOUT by error',
  ])
})

it('connections of a process that was killed are closed', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event(open), { kind: 'in', data: 'hello' })
  await inspecting.says(/hello/)
  program.connection.reset()
  await inspecting.says(/^thread 1 ended/)
  expect(inspecting.lines.at(-2)).toBe(
    '1 close gone by local {"captured":{"in":5,"out":0},"lost":{"in":0,"out":0}}',
  )
})

it('what a connection had behind it when it was met is said', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event({ event: 'open', role: 'adopt', in: 100, out: 20 }))
  await inspecting.says(/^1 adopt of 1 at 1001 behind 100 in, 20 out$/)
})

it('connections of which nothing was sent are counted', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  const missed = { event: 'lost', connections: 3, in: 10, out: 20 }
  await program.sends(thread(), { kind: 'lost', connection: 0, data: JSON.stringify(missed) })
  await inspecting.says(/^thread 1 missed {"connections":3,"in":10,"out":20}$/)
})

it('a thread that ends in the middle of a block has not sent all', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event(open))
  await program.connection.send(encodeBlock(2, [{ kind: 'in', data: 'hello' }]).subarray(0, 80))
  await program.ends()
  await inspecting.says(/^thread 1 ended/)
  expect(inspecting.lines.at(-3)).toBe(
    'trouble: server.js 4711 has ended before it had sent all: its last bytes are not seen',
  )
})

it('rows of a connection that has closed, and events of a later version, are passed over', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event(open), event({ event: 'new' }), event(close))
  await program.sends({ kind: 'in', data: 'late' }, event(close), event(open, 2))
  await inspecting.says(/^2 accept/)
  expect(inspecting.lines.filter((line) => line.startsWith('1'))).toHaveLength(2)
})

const nonsense: readonly (readonly [string, Buffer, RegExp])[] = [
  [
    'another protocol',
    Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${'x'.repeat(64)}`),
    /HWB1, not with 0x/,
  ],
  ['no thread', encodeBlock(0, [event(open)]), /begins with the event thread/],
  ['bytes first', encodeBlock(0, [{ kind: 'in', data: 'x' }]), /begins with the event thread/],
  ['a later version', encodeBlock(0, [thread({ version: 2 })]), /speaks version 2, and this is 1/],
  ['no process', encodeBlock(0, [thread({ pid: 'me' })]), /pid of an event is no count/],
  ['no JSON', encodeBlock(0, [{ kind: 'event', data: '{' }]), /no JSON/],
  ['a list', encodeBlock(0, [{ kind: 'event', data: '[]' }]), /no object with a name/],
]

it.each(nonsense)(
  'a stranger that sends %s is turned away, and others go on',
  async (_, bytes, why) => {
    const inspecting = await Inspecting.start()
    const [program, stranger] = [await inspecting.program(), await inspecting.program()]
    await program.sends(thread(), event(open))
    await inspecting.says(/^1 accept/)
    await stranger.connection.send(bytes)
    await inspecting.says(/^trouble: a stranger is not watched any more/)
    expect(inspecting.lines.at(-1)).toMatch(why)
    await stranger.connection.closed
    await program.sends({ kind: 'in', data: 'still here' })
    await inspecting.says(/still here/)
  },
)

it.each([
  [
    'a connection that was never opened',
    { kind: 'in', connection: 9, data: 'x' },
    /9 was never opened/,
  ],
  ['the same connection again', event(open), /1 is opened twice/],
  ['a connection without a role', event({ event: 'open' }, 2), /no role/],
  ['a count that is none', event({ ...close, bytesRead: -1 }), /bytesRead of an event is no count/],
] as const)('a thread that sends %s is left, with its connections closed', async (_, row, why) => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event(open))
  await program.sends(row)
  await inspecting.says(/^thread 1 ended/)
  expect(inspecting.lines.at(-3)).toMatch(/^trouble: server.js 4711 is not watched any more/)
  expect(inspecting.lines.at(-3)).toMatch(why)
  expect(inspecting.lines.at(-2)).toMatch(/^1 close gone/)
})

it('of connections beyond the limit nothing is kept, and they are counted', async () => {
  const inspecting = await Inspecting.start({ connections: 2 })
  const program = await inspecting.program()
  await program.sends(thread(), event(open, 1), event(open, 2), event(open, 3), event(open, 4))
  await program.sends(
    { kind: 'in', connection: 3, data: 'not seen' },
    event(close, 1),
    event(open, 5),
  )
  await inspecting.says(/^3 accept/)
  await program.sends({ kind: 'in', connection: 5, data: 'seen' })
  await inspecting.says(/^3 in seen/)
  expect(inspecting.lines.filter((line) => line.startsWith('trouble'))).toEqual([
    'trouble: more than 2 connections are open: further ones are not shown',
  ])
  expect(inspecting.inspection.refused).toBe(2)
})

it('threads beyond the limit are turned away', async () => {
  const inspecting = await Inspecting.start({ threads: 1 })
  const first = await inspecting.program()
  await first.sends(thread())
  await inspecting.says(/^thread 1/)
  const second = await inspecting.program()
  await second.connection.closed
  await inspecting.says(/^trouble: a thread is not shown/)
})

it('what is on its way when the program has ended is taken', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event(open), { kind: 'in', data: 'last words' }, event(close))
  await program.ends()
  await inspecting.inspection.drain()
  expect(inspecting.lines.at(-1)).toBe('thread 1 ended')
  expect(inspecting.lines).toContain('1 in last words')
})

it('a program that goes on does not hold up the end', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event(open))
  await inspecting.says(/^1 accept/)
  await inspecting.inspection.drain()
  expect(inspecting.inspection.threads).toBe(1)
})

it('who waits for the first thread finds also one that has ended again', async () => {
  const inspecting = await Inspecting.start()
  const { inspection } = inspecting
  const first = inspection.anyReported()
  const program = await inspecting.program()
  await program.sends(thread())
  await first
  await program.ends()
  await inspection.allEnded()
  expect(inspection.threads).toBe(0)
  await inspection.anyReported()
})

it('its folder is for its user alone, and is deleted', async () => {
  const { inspection } = await Inspecting.start()
  const folder = dirname(inspection.variables.HAWSER_INSPECT)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(JSON.parse(inspection.variables.HAWSER_INSPECT_OPTIONS)).toEqual({ http2: false })
  await inspection.close()
  expect(existsSync(folder)).toBe(false)
})

it('folders of inspectors that were killed are swept, and nothing else is', async () => {
  const elsewhere = createTestFolder({ tap: 'not ours' })
  const parent = createTestFolder()
  useTemporary(parent)
  // The number of a process that has just ended.
  const { pid } = spawnSync(process.execPath, ['--version'])
  const names = {
    stale: `hawser-inspect-${pid}-aaaaaa`,
    full: `hawser-inspect-${pid}-bbbbbb`,
    alive: `hawser-inspect-${process.pid}-cccccc`,
    link: `hawser-inspect-${pid}-dddddd`,
    other: `hawser-inspect-${pid}`,
  }
  for (const name of [names.stale, names.full, names.alive, names.other])
    mkdirSync(join(parent, name))
  for (const name of ['tap', 'tap-pipe-1', 'tap-life'])
    writeFileSync(join(parent, names.stale, name), '')
  writeFileSync(join(parent, names.full, 'letter'), 'dear user')
  symlinkSync(elsewhere, join(parent, names.link))
  const { inspection } = await Inspecting.start()
  await inspection.close()
  expect(readdirSync(parent).toSorted()).toEqual(
    [names.full, names.alive, names.link, names.other].toSorted(),
  )
  expect(readdirSync(elsewhere)).toEqual(['tap'])
})

it('a temporary folder whose name is too long for a socket is not used', async () => {
  const parent = createTestFolder()
  const long = join(parent, 'x'.repeat(100))
  mkdirSync(long)
  useTemporary(long)
  const { inspection } = await Inspecting.start()
  expect(inspection.variables.HAWSER_INSPECT.length).toBeLessThan(104)
})

function useTemporary(folder: string): void {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  expect(tmpdir()).toBe(folder)
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
}
