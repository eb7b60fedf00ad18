import { createServer, raw } from 'hawser'
import { createLog, rowFlags } from 'hawser/log'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'
import { writeLog } from '../../support/recorder.js'

/** A server that says this to what it is told, and what it was told. */
async function startServer(
  replies: Readonly<Record<string, string>>,
): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = []
  const server = createServer({ framing: raw() }, async (client) => {
    for await (const bytes of client) {
      const text = Buffer.from(bytes).toString('latin1')
      heard.push(text)
      const reply = replies[text]
      if (reply !== undefined) await client.send(Buffer.from(reply, 'latin1'))
    }
  })
  await server.listen('tcp://127.0.0.1:0')
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  return { port: (server.address() as { port: number }).port, heard }
}

async function replay(file: string, port: number, ...words: string[]): Promise<[number, string[]]> {
  const run = Command.hawser(['replay', file, '--to', `127.0.0.1:${port}`, ...words])
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toBe('')
  return [code!, stdout.trimEnd().split('\n')]
}

describe('hawser replay --to', () => {
  it('plays the clients, and exits with 0 when all is as it was', async () => {
    const { port, heard } = await startServer({ PING: '+PONG', QUIT: '+OK' })
    const file = await writeLog(['> PING', '< +PONG', '> QUIT', '< +OK'], ['> QUIT', '< +OK'])
    const [code, lines] = await replay(file, port)
    expect(lines).toEqual([
      expect.stringMatching(/^2 connections, 12 B sent, 11 B received, in \d+\.\ds: as recorded$/),
    ])
    expect([code, heard]).toEqual([0, ['PING', 'QUIT', 'QUIT']])
  })

  it('shows the first byte that differs, and exits with 1', async () => {
    const { port } = await startServer({ GET: 'a value of some length: 0123456789!\r\n' })
    const file = await writeLog(['> GET', '< a value of some length: 0123x56789!\r\n'])
    const [code, lines] = await replay(file, port)
    expect(lines.slice(0, -1)).toEqual([
      "connection 1: the server's byte 28 (0x1c) differs",
      '- 00000010  6c 65 6e 67 74 68 3a 20  30 31 32 33 78 35 36 37  |length: 0123x567|',
      '+ 00000010  6c 65 6e 67 74 68 3a 20  30 31 32 33 34 35 36 37  |length: 01234567|',
      expect.stringMatching(/^ +\^\^ +\^$/),
    ])
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    const mark = lines[3]!.indexOf('^^')
    expect([lines[1], lines[2]].map((line) => line!.slice(mark, mark + 2))).toEqual(['78', '34'])
    const letter = lines[3]!.lastIndexOf('^')
    expect([lines[1]![letter], lines[2]![letter]]).toEqual(['x', '4'])
    expect(lines.at(-1)).toMatch(/^1 connection, 3 B sent, 37 B received, in .*s; 1 differed$/)
    expect(code).toBe(1)
  })

  it('control characters of a server do not reach the terminal', async () => {
    const { port } = await startServer({ GET: '\x1b[31m\x07' })
    const file = await writeLog(['> GET', '< fine'])
    const run = Command.hawser(['replay', file, '--to', `127.0.0.1:${port}`])
    const { stdout } = await run.ended
    expect(stdout).not.toMatch(/[␛␇]/)
    expect(stdout).toContain('1b 5b 33')
  })

  it('a mask makes equal what it matches', async () => {
    const { port } = await startServer({ TIME: 'it is 12:00:01 now' })
    const file = await writeLog(['> TIME', '< it is 9:59:59 now', 'client ends', 'server ends'])
    expect((await replay(file, port))[0]).toBe(1)
    expect((await replay(file, port, '--mask', String.raw`\d+:\d\d:\d\d`))[0]).toBe(0)
    expect((await replay(file, port, '--expect', 'length', '--wait', '50ms'))[0]).toBe(1)
    expect((await replay(file, port, '--expect', 'none'))[0]).toBe(0)
  })

  it('compares messages by a framing', async () => {
    const { port } = await startServer({ ALL: 'one\r\ntwo\r\n' })
    const file = await writeLog(['> ALL', '< one\n', '< too\n'])
    const [code, lines] = await replay(file, port, '--framing', 'lines')
    expect(lines[0]).toBe("connection 1: byte 1 (0x1) of the server's frame 2 differs")
    expect(code).toBe(1)
  })

  it('connections that were open at once are open at once', async () => {
    let open = 0
    let bothCame: () => void
    const both = new Promise<void>((resolve) => (bothCame = resolve))
    const server = createServer({ framing: raw() }, async (client) => {
      open += 1
      if (open === 2) bothCame()
      await both
      for await (const bytes of client) await client.send(bytes)
    })
    await server.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    const file = join(createFolder(), 'talk.hawser')
    const log = await createLog(file)
    const logged = [log.open(), log.open()]
    for (const one of logged) one.in(Buffer.from('A'))
    for (const one of logged) one.out(Buffer.from('A'))
    for (const one of logged) one.close()
    await log.close()
    const { port } = server.address() as { port: number }
    expect((await replay(file, port))[0]).toBe(0)
  })

  it('a connection begins only when those are over that were over before it', async () => {
    let open = 0
    const most: number[] = []
    const server = createServer({ framing: raw() }, async (client) => {
      open += 1
      most.push(open)
      for await (const bytes of client) await client.send(bytes)
      // It ends its own direction, which the client waits for, only after this.
      open -= 1
    })
    await server.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    const file = await writeLog(...Array.from({ length: 10 }, () => ['> A', '< A'] as const))
    const { port } = server.address() as { port: number }
    expect((await replay(file, port))[0]).toBe(0)
    expect(most).toEqual(Array.from({ length: 10 }, () => 1))
  })

  it('--connection plays one, --repeat plays it again', async () => {
    const { port, heard } = await startServer({ A: 'a', B: 'b' })
    const file = await writeLog(['> A', '< a'], ['> B', '< b'])
    const [code, lines] = await replay(file, port, '--connection', '2', '--repeat', '3')
    expect(lines[0]).toMatch(/^3 connections, 3 B sent, 3 B received/)
    expect([code, heard]).toEqual([0, ['B', 'B', 'B']])
  })

  it('a server that is silent is a difference', async () => {
    const { port } = await startServer({})
    const file = await writeLog(['> GET', '< value'])
    const [code, lines] = await replay(file, port, '--wait', '50ms')
    expect(lines[0]).toBe(
      'connection 1: the server was silent for 0.05s where byte 0 (0x0) was expected',
    )
    expect(lines[1]).toMatch(/^- 00000000 {2}76 61 6c 75 65/)
    expect(code).toBe(1)
  })

  it('a server that resets is a difference', async () => {
    const server = createServer({ framing: raw() }, async (client) => {
      await client.receive()
      client.reset()
    })
    await server.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    const file = await writeLog(['> GET', '< value', 'server ends'])
    const { port } = server.address() as { port: number }
    const [code, lines] = await replay(file, port)
    expect(lines[0]).toMatch(/^connection 1: the server ended where byte 0 \(0x0\) was expected$/)
    expect(code).toBe(1)
  })

  it('a server that is not there is said, for each connection', async () => {
    const server = createServer({ framing: raw() }, () => {})
    await server.listen('tcp://127.0.0.1:0')
    const { port } = server.address() as { port: number }
    await server.close()
    const file = await writeLog(['> GET', '< value'])
    const [code, lines] = await replay(file, port)
    expect(lines[0]).toMatch(/^connection 1: cannot connect to .*: nothing listens there/)
    expect(lines[1]).toMatch(/; 1 failed$/)
    expect(code).toBe(1)
  })

  it('a connection that lacks bytes is skipped, and said', async () => {
    const { port, heard } = await startServer({ A: 'a', B: 'b' })
    const file = join(createFolder(), 'cut.hawser')
    const log = await createLog(file)
    const cut = log.open()
    cut.in(Buffer.from('A'), rowFlags.cut)
    cut.close()
    const whole = log.open()
    whole.in(Buffer.from('B'))
    whole.out(Buffer.from('b'))
    whole.close()
    await log.close()
    const [code, lines] = await replay(file, port)
    expect(lines[0]).toMatch(/^connection 1 is skipped: the log has only the beginning of row \d+$/)
    expect(lines[1]).toMatch(/; 1 skipped$/)
    expect([code, heard]).toEqual([1, ['B']])
  })
})

describe('what cannot be replayed', () => {
  it.each([
    [[], /it is not said who is played: write --to host:port/],
    [['--to', '1', '--as-server', '2'], /--to and --as-server are two commands/],
    [['--to', '1', '--speed', '0'], /--speed is a factor, not "0"/],
    [['--to', '1', '--expect', 'frames'], /--expect frames needs a framing/],
    [['--to', '1', '--framing', 'silence:50'], /--framing silence cuts by time/],
    [['--to', '1', '--match', 'frames'], /--match frames needs a framing/],
    [['--to', '1', '--mask', '('], /--mask is no regular expression/],
    [['--to', '1', '--mask', 'a', '--expect', 'length'], /compares no bytes: leave --mask out/],
    [['--as-server', '1', '--insecure'], /--insecure is for --to: --as-server verifies no server/],
  ])('%j is a usage error', async (words, message) => {
    const { code, stderr } = await Command.hawser(['replay', 'x.hawser', ...words]).ended
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^hawser: .*\n$/)
    expect(code).toBe(2)
  })

  it.each([
    ['a log that is not there', 'none.hawser', /cannot be read: it does not exist/],
    ['a file that is no log', 'notes.txt', /is no session log|too short|not a session log/],
  ])('%s', async (_what, name, message) => {
    const folder = createFolder({ 'notes.txt': 'just notes' })
    const words = ['replay', join(folder, name), '--to', '1']
    const { code, stderr } = await Command.hawser(words).ended
    expect(stderr).toMatch(message)
    expect(code).toBe(1)
  })

  it('a log without that connection', async () => {
    const file = await writeLog(['> A'])
    const words = ['replay', file, '--to', '1', '--connection', '9']
    const { code, stderr } = await Command.hawser(words).ended
    expect(stderr).toMatch(/has no connection 9: its connections are 1 to 1\n$/)
    expect(code).toBe(1)
  })
})
