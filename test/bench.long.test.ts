import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../', import.meta.url))
const entry = join(root, 'bench/dist/run.js')

interface Report {
  scenarios: {
    id: string
    candidates: { id: string; measured: Record<string, { median: number }> }[]
    missing: { title: string }[]
    figures: { title: string; needs?: string; measured?: { median: number } }[]
  }[]
}

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hawser-bench-test-'))
  await run(process.execPath, ['node_modules/typescript-7/bin/tsc', '-b', 'bench', 'examples'], {
    cwd: root,
  })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the bench, at its smallest', () => {
  it('measures every scenario, on every server, and every figure of each', async () => {
    const json = join(folder, 'report.json')
    const { stdout } = await run(process.execPath, [entry, '--tiny', '--json', json])
    const report = JSON.parse(await readFile(json, 'utf8')) as Report
    expect(report.scenarios.map(({ id }) => id)).toEqual([
      'pipelined',
      'pipelined-whole',
      'short',
      'short-whole',
      'single',
      'open-loop',
      'chunks',
      'relay',
      'accept',
      'requests',
      'tls',
      'idle',
      'broadcast',
      'stalled',
      'slow-peers',
      'observe',
      'log',
      'trickle',
      'workers',
      'nats',
      'nodes',
      'redis-client',
      'redis-server',
      'mqtt',
      'shipper',
      'page',
      'inspect',
    ])
    const [tables = ''] = stdout.split('### Figures')
    const wide = tables.split('\n').filter((line) => line.startsWith('|') && line.length > 100)
    expect(wide).toEqual([])
    for (const { candidates, missing, figures } of report.scenarios) {
      const noProgram = missing.some(({ title }) => /^(?:Redis|NATS)/.test(title))
      for (const { title } of missing)
        expect(title).toMatch(
          /^(Bun|Go|C|tokio current_thread|Python with uvloop|Redis( client| server)?|NATS)[,:]/,
        )
      if (!noProgram) expect(candidates.length).toBeGreaterThan(0)
      for (const { measured } of candidates) {
        expect(Object.keys(measured).length).toBeGreaterThan(1)
        for (const { median } of Object.values(measured)) expect(median).toBeTypeOf('number')
      }
      // The smallest run has servers on Node.js only.
      const here = figures.filter(({ needs }) => needs === undefined && !noProgram)
      for (const { title, measured } of here) {
        expect({ title, type: typeof measured?.median }).toEqual({ title, type: 'number' })
        expect(stdout).toContain(title)
        expect(title.length).toBeLessThanOrEqual(48)
      }
    }
  })

  it('says which scenarios there are when it does not know one', async () => {
    const failed = run(process.execPath, [entry, '--scenario', 'nonesuch'])
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are pipelined, pipelined-whole') as string,
    })
  })
})
