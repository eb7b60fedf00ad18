import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { type Ended, runNode } from '../../../../test/support/programs.js'
import { createProgramFolder } from '../../../../test/support/snippets.js'
import { bytesOf, parseLog } from './support/parse-log.js'

const head = `
  import { createLog } from 'hawser/log'
  const log = await createLog('session.hawser', { onError: (error) => console.log(error.message) })
  const connection = log.open()
`

function folderOf(body: string): string {
  return createProgramFolder({ 'program.js': `${head}${body}` })
}

it('a process that exits at once leaves all that it logged, in whichever state the log is', async () => {
  const folder = folderOf(`
    connection.in(Buffer.from('being written'))
    void log.flush()
    for (let index = 0; index < 4; index++) connection.out(Buffer.alloc(1_000_000, index))
    connection.in(Buffer.from(' and not begun'))
    process.exit(0)
  `)
  expect(await runNode(['program.js'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
  const { rows } = parseLog(join(folder, 'session.hawser'))
  expect(bytesOf(rows, 1, 1).toString()).toBe('being written and not begun')
  expect(bytesOf(rows, 1, 2)).toHaveLength(4_000_000)
})

it('a log that is forgotten keeps no process alive, and is whole', async () => {
  const folder = folderOf(`connection.in(Buffer.from('forgotten'))`)
  expect(await runNode(['program.js'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
  const { rows } = parseLog(join(folder, 'session.hawser'))
  expect(bytesOf(rows, 1, 1).toString()).toBe('forgotten')
  expect(existsSync(join(folder, 'session.hawser.lock'))).toBe(false)
})

it('a process that is killed leaves a lock that stops no other', async () => {
  const folder = folderOf(`
    connection.in(Buffer.from('before'))
    await log.flush()
    process.kill(process.pid, 'SIGKILL')
  `)
  await runNode(['program.js'], { cwd: folder })
  const file = join(folder, 'session.hawser')
  expect(existsSync(`${file}.lock`)).toBe(true)
  const log = await createLog(file)
  log.event({ event: 'note' })
  await log.close()
  expect(parseLog(file).rows).toHaveLength(3)
})

// setrlimit(2) RLIMIT_FSIZE: a write beyond it fails as one on a full disk does.
it.skipIf(process.platform === 'win32')(
  'a file that may not grow stops the log, once and in words, and never the program',
  async () => {
    const folder = folderOf(`
      for (let index = 0; index < 50; index++) {
        connection.in(Buffer.alloc(50_000, index))
        await log.flush()
      }
      connection.close()
      await log.close()
      const { lostRows, lostBytes, memory, error } = log.info()
      console.log(JSON.stringify({ lostRows, lostBytes, memory, code: error.code }))
    `)
    const limit = 'ulimit -f 1000; exec "$0" program.js'
    const { code, stdout, stderr } = await runShell(limit, folder)
    expect([code, stderr]).toEqual([0, ''])
    const [message, info] = stdout.split('\n') as [string, string]
    const large = 'the file is as large as a file may be here (EFBIG)'
    expect(message).toMatch(/^the log session\.hawser has stopped after \d+ bytes: /)
    expect(message).toContain(large)
    const { rows } = parseLog(join(folder, 'session.hawser'), true)
    expect(rows.length).toBeGreaterThan(8)
    const lostRows = 52 - rows.length
    const { lostBytes, ...rest } = JSON.parse(info) as { lostBytes: number; memory: number }
    expect(rest).toEqual({ lostRows: lostRows - 1, memory: 0, code: 'HAWSER_LOG_FAILED' })
    expect(lostBytes).toBeGreaterThan(50_000 * (lostRows - 3))
  },
)

function runShell(script: string, cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script, process.execPath], { cwd })
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text))
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
  })
}
