import { existsSync, readFileSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command, hawser } from '../../support/command.js'
import { linesOf, open, show, write } from '../../support/shown-log.js'

describe('hawser log', () => {
  it('shows one connection, the last rows, or bytes that lie across two rows', async () => {
    const file = await write()
    expect(linesOf(await show(file, '--connection', '2'))).toHaveLength(3)
    expect(linesOf(await show(file, '--last', '1'))).toEqual([
      '@1    close      by the peer, 11 B in, 2 B out',
    ])
    const place = [String.raw`@1    in               8 B  lo\nnext\n`]
    expect(linesOf(await show(file, '--find', 'hello'))).toEqual(place)
    expect(linesOf(await show(file, '--find-hex', '68 65 6c 6c'))).toEqual(place)
    const shownAs = String.raw`hello\nnext\n`
    expect(linesOf(await show(file, '--escapes', '--find', shownAs))).toEqual(place)
    // Without --escapes a backslash is a backslash.
    expect(await show(file, '--find', shownAs)).toMatchObject({ code: 0, stdout: '' })
    expect(await show(file, '--find', 'absent')).toMatchObject({ code: 0, stdout: '' })
  })

  it('shows nothing but what was said, as lines of text', async () => {
    const file = await write()
    const shown = await show(file, '--text', '--framing', 'lines', '--connection', '1')
    expect(shown.stdout).toBe('@1 < hello\n@1 < next\n')
    const { log, file: other } = await open()
    const one = log.open()
    one.in(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    one.out(Buffer.from('\u001b[2J\n\nrest'))
    await log.close()
    expect((await show(other, '--text')).stdout).toBe(String.raw`@1 < GET / HTTP/1.1
@1 < ${''}
@1 > \x1b[2J
@1 > ${''}
@1 > rest
`)
    expect(await show(file, '--text', '--hex')).toMatchObject({
      code: 2,
      stderr: 'hawser: --text and --hex do not go together: leave one of them out\n',
    })
  })

  it('shows messages, by their framing', async () => {
    const shown = await show(await write(), '--connection', '1', '--framing', 'lines')
    expect(linesOf(shown).filter((line) => line.startsWith('@1    in'))).toEqual([
      '@1    in               5 B  hello',
      '@1    in               4 B  next',
    ])
  })

  it('says that a connection is not there', async () => {
    const file = await write()
    expect(await show(file, '--connection', '9')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `hawser: ${file} has no connection 9: its connections are 1 to 2\n`,
    })
  })

  it('shows what does not follow the framing, with the reason', async () => {
    const shown = await show(await write(), '--connection', '1', '--framing', 'netstring')
    expect(shown.code).toBe(0)
    expect(linesOf(shown).slice(1, 3)).toEqual([
      expect.stringMatching(/^@1 {4}framing {4}text="/),
      '@1    in               3 B  hel',
    ])
  })

  it('prints an object a row', async () => {
    const { stdout } = await show(await write(), '--json')
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(rows[0]).toMatchObject({
      row: 0,
      connection: 1,
      kind: 'event',
      event: { event: 'open' },
    })
    expect(rows[3]).toMatchObject({ kind: 'in', flags: ['tls'], size: 7, text: '\u001b[2J\u202e' })
    expect(rows[5]).toMatchObject({ kind: 'out', hex: '01ff' })
    // Nothing that acts on a terminal.
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
  })

  it('dumps bytes', async () => {
    const { stdout } = await show(await write(), '--hex', '--connection', '1')
    expect(stdout).toContain('> 00000000  01 ff')
  })

  it('writes packets for Wireshark, or says why it cannot', async () => {
    const file = await write()
    const packets = join(dirname(file), 'session.pcapng')
    expect(await show(file, '--pcapng', packets)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const bytes = readFileSync(packets)
    expect(bytes.readUInt32BE(0)).toBe(0x0a0d0d0a)
    expect(bytes.includes('lo\nnext\n')).toBe(true)
    const nowhere = join(dirname(file), 'missing', 'session.pcapng')
    const failed = await show(file, '--pcapng', nowhere)
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect(failed.stderr).toMatch(/^hawser: cannot write .*: ENOENT.*: name another file\n$/)
  })

  it.skipIf(!existsSync('/dev/full'))('says that the disk of its output is full', async () => {
    const words = [process.execPath, hawser, 'log', await write()]
    const script = 'exec "$0" "$@" > /dev/full'
    const ended = await new Command('sh', ['-c', script, ...words]).ended
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^hawser: stdout: .*ENOSPC.*: make room, or write elsewhere\n$/)
  })

  it('follows what is written', async () => {
    const { log, file } = await open()
    const connection = log.open()
    await log.flush()
    const command = Command.hawser(['log', file, '--follow'])
    await command.prints(/@1 {4}open/)
    connection.in(Buffer.from('first'))
    await command.prints(/in +5 B {2}first/)
    connection.out(Buffer.from('second'))
    await command.prints(/out +6 B {2}second/)
  })

  it('shows what is there of a log that was cut off', async () => {
    const file = await write()
    truncateSync(file, 100)
    expect(await show(file)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `hawser: ${file}: its last 36 bytes are no whole block, and left out: a crash cut it off, or it is being written\n`,
    })
  })
})

describe('says what is wrong', () => {
  it.each([
    [['missing.hawser'], 1, /the log .*missing\.hawser cannot be read: it does not exist: check/],
    [['.'], 1, /has no log: pass the name of a file/],
    [['notes.txt'], 1, /is not a session log: it does not begin with HAWSERLG/],
    [['notes.txt', '--find', ''], 2, /--find has 0 bytes: write 1 to 4096/],
    [
      ['notes.txt', '--find-hex', '0'],
      2,
      /--find-hex, character 1: 0 has an odd number of digits: write two/,
    ],
    [['notes.txt', '-e', '--find', String.raw`a\q`], 2, /--find, character 2: /],
    [
      ['notes.txt', '--find-regex', 'x*'],
      2,
      /--find-regex "x\*" matches nothing as well: write \+/,
    ],
    [
      ['notes.txt', '--find', 'x', '--find-hex', '00'],
      2,
      /--find-hex comes behind another search: leave one of them out/,
    ],
    [['notes.txt', '--connection', 'x'], 2, /--connection is a count, not "x"/],
    [['notes.txt', '--pcapng', 'x', '--json'], 2, /--pcapng and --json do not go together/],
    [['notes.txt', '--jsn'], 2, /did you mean --json/],
    [[], 2, /missing required argument file: see hawser log --help/],
  ])('hawser log %j', async ([place, ...words], code, message) => {
    const folder = createFolder({ 'notes.txt': 'notes '.repeat(20) })
    const ended = await show(...(place === undefined ? [] : [join(folder, place)]), ...words)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(message)
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
