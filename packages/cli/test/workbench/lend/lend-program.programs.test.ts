import { join } from 'node:path'
import type { LentProgram, ProgramDefinition } from '@hawser/workbench'
import { createLog, type LogRow, openLog, type SessionLog } from 'hawser/log'
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

class Bench {
  readonly said: string[] = []
  readonly file = join(createFolder(), 'session.hawser')
  log!: SessionLog
  program!: LentProgram
  #changed: (() => void)[] = []

  static async start(script: string, rest: Partial<ProgramDefinition> = {}): Promise<Bench> {
    const bench = new Bench()
    bench.log = await createLog(bench.file)
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
        ended: (why) => say(`ended ${why ?? ''}`),
      },
    )
    onTestFinished(async () => {
      await bench.program.stop()
      await bench.log.close()
    })
    return bench
  }

  /** Wait until this holds; each change asks again. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve))
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
  expect(bench.said).toEqual(['ended it has ended with exit code 3'])
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

it('a command that is none is refused', async () => {
  await expect(Bench.start('', { command: ['no-such-command-here'] })).rejects.toThrow(
    'there is no command no-such-command-here',
  )
})
