import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connect, lines, type Server } from 'hawser'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import { createFolder } from '../../../../test/support/folders.js'
import { runNode } from '../../../../test/support/programs.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { make, rejection } from '../server/support/serving.js'

forbidStrayErrors()

const program = bundled(fileURLToPath(new URL('support/at-once.mjs', import.meta.url)))
const processes = 6
const rounds = 12

/** Leave sockets on which no process listens, as killed servers do. */
async function leaveStale(paths: readonly string[]): Promise<void> {
  const script = `
    const paths = ${JSON.stringify(paths)}
    let missing = paths.length
    for (const path of paths) {
      require('node:net').createServer().listen(path, () => {
        if (--missing === 0) process.kill(process.pid, 'SIGKILL')
      })
    }`
  await runNode(['-e', script])
  for (const path of paths) expect(lstatSync(path).isSocket()).toBe(true)
}

async function firstLine(path: string): Promise<unknown> {
  await using client = await connect(`unix:${path}`, { framing: lines() })
  const { value } = await client[Symbol.asyncIterator]().next()
  return value
}

describe.each(['a free path', 'a stale socket'])('servers that start at once at %s', (what) => {
  async function pathsIn(folder: string): Promise<string[]> {
    const paths = Array.from({ length: rounds }, (_, index) => join(folder, `${index}.sock`))
    if (what === 'a stale socket') await leaveStale(paths)
    return paths
  }

  it.each([undefined, 0o600])(
    'in one process: one listens, and the others say that it does (mode %o)',
    async (mode) => {
      const folder = createFolder()
      const paths = await pathsIn(folder)
      for (const path of paths) {
        const starts = ['one', 'two', 'three'].map(async (name) => {
          const server: Server = make({}, (connection) => void connection.send(`${name}\n`))
          await server.listen(mode === undefined ? `unix:${path}` : { path, mode })
          return name
        })
        const results = await Promise.allSettled(starts)
        const won = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
        expect(won).toHaveLength(1)
        for (const result of results.filter(({ status }) => status === 'rejected')) {
          expect(result).toMatchObject({ reason: { code: 'HAWSER_ADDRESS_IN_USE' } })
        }
        expect([await firstLine(path)]).toEqual(won)
      }
      expect(readdirSync(folder)).toHaveLength(paths.length)
    },
  )

  it('in many processes: one listens, and the others say that it does', async () => {
    const folder = createFolder()
    const starters = Array.from({ length: processes }, () => {
      const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
      const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      onTestFinished(async () => {
        if (child.exitCode !== null) return
        child.kill('SIGKILL')
        await once(child, 'exit')
      })
      return { child, next: async () => String((await said.next()).value) }
    })
    for (const { next } of starters) expect(await next()).toBe('ready')
    for (const path of await pathsIn(folder)) {
      for (const { child } of starters) child.stdin.write(`${path}\n`)
      const results = await Promise.all(starters.map(({ next }) => next()))
      const expected = Array.from({ length: processes }, () => 'HAWSER_ADDRESS_IN_USE')
      expect(results.toSorted()).toEqual([...expected.slice(1), 'listens'])
      expect(await firstLine(path)).toBe(`${starters[results.indexOf('listens')]?.child.pid}`)
    }
    for (const { child } of starters) {
      child.stdin.end()
      await once(child, 'exit')
    }
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a stale socket that another process is about to replace', () => {
  async function claimed(): Promise<{ folder: string; path: string; claim: string }> {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    await leaveStale([path])
    const claim = `.${statSync(path).ino.toString(36)}.0`
    linkSync(path, join(folder, claim))
    return { folder, path, claim }
  }

  it('is taken', async () => {
    const { folder, path, claim } = await claimed()
    const error = await rejection(make().listen(`unix:${path}`))
    expect(error).toMatchObject({ code: 'HAWSER_ADDRESS_IN_USE' })
    expect(readdirSync(folder).toSorted()).toEqual([claim, 'app.sock'])
  })

  it('is replaced when that process was killed meanwhile', async () => {
    const { folder, path } = await claimed()
    const later = Date.now() + 60_000
    vi.spyOn(Date, 'now').mockReturnValue(later)
    onTestFinished(() => void vi.restoreAllMocks())
    await make({}, (connection) => void connection.send('new\n')).listen(`unix:${path}`)
    expect(await firstLine(path)).toBe('new')
    expect(readdirSync(folder)).toEqual(['app.sock'])
  })
})
