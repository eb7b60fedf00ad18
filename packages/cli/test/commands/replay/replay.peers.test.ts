import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { describePeer, itPeer } from '../../../../../test/support/peers.js'
import { Running } from '../../../../../test/support/running.js'
import { Command } from '../../support/command.js'
import { startPostgres } from '../../../../../test/support/postgres.js'
import { Recorder } from '../../support/recorder.js'

/** What a program prints to this input. */
async function run(program: string, words: readonly string[], input = ''): Promise<string> {
  const running = new Running(program, words)
  running.type(input)
  running.finish()
  const { code } = await running.ended
  expect([code, running.complained]).toEqual([0, ''])
  return running.printed
}

async function replayTo(
  file: string,
  target: string,
  words: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return Command.hawser(['replay', file, '--to', target, ...words]).ended
}

/** Play the server of a log to a client, and return what the client printed. */
async function replayAsServer(
  file: string,
  words: readonly string[],
  client: (port: number) => Promise<string>,
): Promise<string> {
  const server = Command.hawser(['replay', file, '--as-server', '0', ...words])
  const printed = await client(await server.port())
  const { code, stdout, stderr } = await server.ended
  expect(stdout).toMatch(/: as recorded\n$/)
  expect([code, stderr]).toEqual([0, ''])
  return printed
}

describePeer('redis-cli', 'redis-cli', (cli) => {
  const masks = ['--mask', String.raw`(?<=\*2\r\n)\$10\r\n\d+\r\n\$\d\r\n\d+`, '--mask', 'id=\\d+']
  const input = 'PING\nGET ship\nINCR count\nDEL count\nTIME\nLRANGE list 0 -1\nGET nothing\n'

  itPeer('redis-server', 'is recorded, and replayed both ways', async (program) => {
    const socket = join(createFolder(), 'redis.sock')
    const redis = new Running(program, ['--port', '0', '--unixsocket', socket, '--save', ''])
    await redis.prints(/ready to accept connections/i)
    const prepare = (ship: string): Promise<string> =>
      run(cli, ['-s', socket], `SET ship ${ship}\nRPUSH list ${'word '.repeat(500)}\n`)
    await prepare('hawser')
    const recorder = await Recorder.start(`unix:${socket}`)
    const recorded = await run(cli, ['-p', `${recorder.port}`], input)
    expect(recorded).toMatch(/^PONG\nhawser\n1\n1\n\d{10}\n\d+\nword\n/)
    const file = await recorder.stop()

    const same = await replayTo(file, `unix:${socket}`, masks)
    expect(same.stdout).toMatch(/^1 connection, .*: as recorded\n$/)
    expect([same.code, same.stderr]).toEqual([0, ''])

    const unmasked = await replayTo(file, `unix:${socket}`, ['--wait', '1s'])
    expect(unmasked.stdout).toMatch(
      /^connection 1: the server's byte [\d,]+ \(0x[\da-f]+\) differs\n/,
    )

    expect(await replayAsServer(file, masks, (port) => run(cli, ['-p', `${port}`], input))).toBe(
      recorded,
    )

    await run(cli, ['-s', socket], 'SET ship hawsEr\n')
    const changed = await replayTo(file, `unix:${socket}`, masks)
    const [head, expected, got, marks] = changed.stdout.split('\n')
    expect(head).toMatch(/^connection 1: the server's byte [\d,]+ \(0x[\da-f]+\) differs$/)
    const place = marks!.lastIndexOf('^')
    expect([expected![place], got![place]]).toEqual(['e', 'E'])
    expect(expected!.slice(0, marks!.indexOf('^^'))).toMatch(/68 61 77 {1,2}73 {1,2}$/)
    expect(changed.code).toBe(1)
  })
})

describePeer('psql', 'psql', (psql) => {
  // The process and its secret, and a date of fixed length.
  const masks = [
    ...['--mask', String.raw`K\0\0\0\x0c[^]{8}`],
    ...['--mask', String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+\d\d`],
  ]
  const query = 'SELECT now()::timestamptz(0); SELECT * FROM ships ORDER BY name;\n'

  itPeer('postgres', 'is recorded, and replayed both ways', async (program) => {
    const socket = await startPostgres(program)
    const words = (port: number): string[] => {
      return ['-X', '-At', `postgres://hawser@127.0.0.1:${port}/postgres`]
    }
    const admin = (text: string): Promise<string> =>
      run(psql, ['-X', '-qAt', '-h', join(socket, '..'), '-U', 'hawser', 'postgres'], text)
    await admin(`CREATE TABLE ships (name text, tons int);
      INSERT INTO ships SELECT 'ship ' || n, n * 100 FROM generate_series(1, 900) n;\n`)
    const recorder = await Recorder.start(`unix:${socket}`)
    const recorded = await run(psql, words(recorder.port), query)
    expect(recorded).toMatch(/^\d{4}-.*\nship 1\|100\nship 10\|1000\n/)
    const file = await recorder.stop()

    const same = await replayTo(file, `unix:${socket}`, masks)
    expect(same.stdout).toMatch(/^1 connection, .*: as recorded\n$/)
    expect([same.code, same.stderr]).toEqual([0, ''])

    expect(await replayAsServer(file, masks, (port) => run(psql, words(port), query))).toBe(
      recorded,
    )

    await admin("UPDATE ships SET tons = 78 WHERE name = 'ship 777';\n")
    const changed = await replayTo(file, `unix:${socket}`, masks)
    expect(changed.stdout).toMatch(
      /^connection 1: the server's byte [\d,]+ \(0x[\da-f]+\) differs\n/,
    )
    expect(changed.code).toBe(1)
  })
})

describePeer('python3', 'curl', (python) => {
  const masks = ['--mask', String.raw`(?<=\r\nDate: )[^\r]+`]

  itPeer('curl', 'is recorded, and replayed both ways', async (curl) => {
    const folder = createFolder({
      'one.txt': 'the first page\n',
      'two.txt': 'the second page\n',
      'large.bin': 'x'.repeat(3_000_000),
    })
    const server = new Running(python, ['-u', '-m', 'http.server', '-b', '127.0.0.1', '0'], folder)
    const [, target] = await server.prints(/port (\d+)/)
    const recorder = await Recorder.start(`127.0.0.1:${target}`)
    const get = (port: number): Promise<string> => {
      const urls = ['one.txt', 'large.bin', 'two.txt'].map((name) => {
        return `http://127.0.0.1:${recorder.port}/${name}`
      })
      // Its name of the server is in the request, and is that of the recording.
      const there = ['--connect-to', `::127.0.0.1:${port}`]
      return run(curl, ['-sZ', '--no-progress-meter', ...there, ...urls])
    }
    const recorded = await get(recorder.port)
    expect(recorded).toContain('the second page')
    const file = await recorder.stop()

    const same = await replayTo(file, `127.0.0.1:${target}`, masks)
    expect(same.stdout).toMatch(/^3 connections, .*: as recorded\n$/)
    expect(same.code).toBe(0)

    const served = await replayAsServer(file, masks, get)
    expect(served.length).toBe(recorded.length)

    const page = join(folder, 'two.txt')
    writeFileSync(page, 'the secOnd page\n')
    const changed = await replayTo(file, `127.0.0.1:${target}`, [
      ...masks,
      ...['--mask', String.raw`(?<=\r\nLast-Modified: )[^\r]+`],
    ])
    expect(changed.stdout).toMatch(
      /: the server's byte [\d,]+ \(0x[\da-f]+\) differs\n- .*\n\+ .*\n/,
    )
    expect(changed.stdout).toMatch(/; 1 differed\n$/)
    expect(changed.code).toBe(1)
  })
})
