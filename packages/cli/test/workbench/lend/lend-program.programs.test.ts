import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { LentProgram, ProgramDefinition } from '@hawser/workbench'
import { createLog, type LogOptions, type LogRow, openLog, type SessionLog } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { lendProgram } from '../../../src/workbench/lend/lend-program.js'

/** A server and a client of it, which says hello and waits. */
const waiting = `
  const { connect, createServer } = require('node:net')
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
    const client = connect(server.address().port, '127.0.0.1', () => client.write('hello'))
    client.once('data', () => then(client))
  })
  const then = `
const ending = `${waiting} (client) => { client.end(); server.close(); process.exitCode = 3 }`
const staying = `${waiting} () => {}`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Where the first process waits for none, what has ended is a zombie for ever.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux'
  }
}

/** What events say. */
function textsOf(rows: readonly LogRow[]): string[] {
  return rows.flatMap(({ event }) => (typeof event?.['text'] === 'string' ? [event['text']] : []))
}

class Bench {
  readonly said: string[] = []
  readonly file = join(createFolder(), 'session.hawser')
  log!: SessionLog
  program!: LentProgram
  #changed: (() => void)[] = []

  static async start(
    script: string,
    rest: Partial<ProgramDefinition> = {},
    options: Pick<LogOptions, 'mask'> = {},
  ): Promise<Bench> {
    const bench = new Bench()
    bench.log = await createLog(bench.file, options)
    onTestFinished(() => bench.log.close())
    const command = [process.execPath, '-e', script]
    const say = (text: string): void => {
      bench.said.push(text)
      for (const wake of bench.#changed.splice(0)) wake()
    }
    bench.program = await lendProgram(
      { kind: 'program', name: 'a', command, ...rest },
      {
        log: bench.log,
        details: { session: 7, name: 'a' },
        failed: say,
        changed: () => {
          for (const wake of bench.#changed.splice(0)) wake()
        },
        ended: ({ isFailure, text }) => say(`${isFailure ? 'failed' : 'ended'}: ${text}`),
      },
    )
    onTestFinished(() => bench.program.stop())
    return bench
  }

  /** Wait until this holds; each change asks again. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve))
  }

  /** Wait until it has printed this: what it prints comes another way than what its connections say. */
  async prints(pattern: RegExp): Promise<string | undefined> {
    for (;;) {
      const found = pattern.exec(textsOf(await this.rows()).join('\n'))
      if (found !== null) return found[1]
    }
  }

  async rows(): Promise<LogRow[]> {
    await this.log.flush()
    await using reader = await openLog(this.file)
    const rows: LogRow[] = []
    for await (const row of reader.rows()) rows.push(row)
    return rows
  }
}

it('the conversations of a program are in the log, as of its session, and its end is said', async () => {
  const bench = await Bench.start(ending)
  await bench.until(() => bench.said.length > 0)
  expect(bench.said).toEqual(['failed: it has ended with exit code 3'])
  expect(bench.program).toMatchObject({ accepted: 2, bytesRead: 10, bytesWritten: 10 })
  expect(bench.program.connections(9)).toEqual({ all: 0, connections: [] })
  const rows = await bench.rows()
  const opened = rows.flatMap(({ event }) => (event?.event === 'open' ? [event] : []))
  expect(opened.map(({ session, name }) => [session, name])).toEqual([
    [7, 'a'],
    [7, 'a'],
  ])
  const bytes = rows.filter(({ kind }) => kind === 'in' || kind === 'out')
  expect(bytes.map(({ data }) => Buffer.from(data).toString())).toEqual(Array(4).fill('hello'))
})

it('its open connections have the numbers of the log, and it ends with its session', async () => {
  const bench = await Bench.start(staying, { only: ['role=connect'] })
  await bench.until(() => bench.program.bytesRead === 5)
  const { all, connections } = bench.program.connections(1)
  expect(all).toBe(1)
  expect(connections[0]).toMatchObject({ id: 1, phase: 'open', bytesRead: 5, bytesWritten: 5 })
  await bench.program.stop()
  // That is no failure of it.
  expect(bench.said).toEqual([])
})

it('a command or a folder that is none is refused, each as what it is', async () => {
  await expect(Bench.start('', { command: [''] })).rejects.toThrow('the command is empty')
  await expect(Bench.start('', { command: ['no-such-command-here'] })).rejects.toThrow(
    'there is no command no-such-command-here',
  )
  await expect(Bench.start('', { folder: join(createFolder(), 'none') })).rejects.toThrow(
    /^there is no folder .*none: name one that is there$/,
  )
})

it('it is started in its folder, and what it prints is in the log, a row a line', async () => {
  const folder = createFolder()
  const script = `
    console.log(process.cwd())
    process.stdout.write('\\u001b[32mgreen\\u001b[39m and a ')
    console.log('long line: ' + 'x'.repeat(5000))
    console.error('oops')
    process.stdout.write('no end')`
  const bench = await Bench.start(script, { folder })
  await bench.until(() => bench.said.length > 0)
  expect(bench.said).toEqual(['ended: it has ended with exit code 0'])
  const printed = (await bench.rows()).flatMap(({ event }) =>
    event?.event === 'printed' ? [event] : [],
  )
  expect(printed.every(({ session }) => session === 7)).toBe(true)
  const of = (stream: string): unknown[] =>
    printed.filter((event) => event['stream'] === stream).map(({ text }) => text)
  expect(of('stderr')).toEqual(['oops'])
  const [first, ...rest] = of('stdout')
  expect(await realpath(String(first))).toBe(await realpath(folder))
  // A line has 4,096 characters at most.
  expect(rest.map((text) => String(text).length).slice(1)).toEqual([927, 6])
  expect(rest.join('')).toBe(`green and a long line: ${'x'.repeat(5_000)}no end`)
})

it('a flood of what it prints is cut, and the rest is counted', async () => {
  const bench = await Bench.start("console.log('x\\n'.repeat(199_999))")
  await bench.until(() => bench.said.length > 0)
  const rows = await bench.rows()
  const kept = rows.filter(({ event }) => event?.event === 'printed').length
  const leftOut = textsOf(rows)
    .map((text) => /^(\d+) lines that it printed/.exec(text)?.[1])
    .reduce((sum, count) => sum + Number(count ?? 0), 0)
  expect(leftOut).toBeGreaterThan(0)
  expect(kept + leftOut).toBe(200_000)
})

it('where secrets are masked, what it prints is not in the log', async () => {
  const bench = await Bench.start("console.log('secret')", {}, { mask: [{ pattern: /secret/ }] })
  await bench.until(() => bench.said.length > 0)
  expect((await bench.rows()).filter(({ event }) => event?.event === 'printed')).toEqual([])
})

it('its children are seen, and end with it', async () => {
  const child = `${staying}; console.log('child ' + process.pid)`
  const bench = await Bench.start(`
    const { spawn } = require('node:child_process')
    for (let i = 0; i < 5; i++) spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`)
  // Both ends of the connection of each.
  await bench.until(() => bench.program.bytesRead === 50)
  const holders = bench.program.connections(100).connections.map(({ holder }) => holder)
  expect(new Set(holders).size).toBe(5)
  await bench.program.stop()
  const pids = [
    ...textsOf(await bench.rows())
      .join('\n')
      .matchAll(/child (\d+)/g),
  ]
  expect(pids).toHaveLength(5)
  expect(pids.filter(([, pid]) => isAlive(Number(pid)))).toEqual([])
})

it('a program that is watched is not attached to', async () => {
  const script = `${staying}; console.log('pid ' + process.pid)`
  // Any debug port that is free: tests run at the same time.
  const command = [process.execPath, '--inspect-port=0', '-e', script]
  const bench = await Bench.start('', { command })
  await bench.until(() => bench.program.bytesRead === 10)
  const pid = Number(await bench.prints(/^pid (\d+)$/m))
  await expect(Bench.start('', { command: undefined, pid })).rejects.toThrow(
    `process ${pid} is watched by another hawser inspect: end that one first`,
  )
  expect(bench.program.connections(0).all).toBe(2)
})

it('many that end at once are each said to have', async () => {
  const benches = await Promise.all(
    Array.from({ length: 12 }, (_, code) => Bench.start(`process.exit(${code})`)),
  )
  for (const [code, bench] of benches.entries()) {
    await bench.until(() => bench.said.length > 0)
    expect(bench.said.at(-1)).toMatch(new RegExp(`with exit code ${code}$`))
  }
})

it('its end by a signal is said', async () => {
  const bench = await Bench.start("process.kill(process.pid, 'SIGKILL')")
  await bench.until(() => bench.said.length > 0)
  expect(bench.said).toEqual(['failed: it has ended with the signal SIGKILL'])
})

it('a process that runs is watched, and goes on when that is stopped', async () => {
  const other = spawn(
    process.execPath,
    ['--inspect-port=0', '-e', `${staying}; console.log('it runs')`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void other.kill('SIGKILL'))
  await once(other.stdout, 'data')
  const pid = other.pid ?? 0
  const bench = await Bench.start('', { command: undefined, pid })
  await bench.program.stop()
  expect(isAlive(pid)).toBe(true)
  other.kill('SIGKILL')
})
