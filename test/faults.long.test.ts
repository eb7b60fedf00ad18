import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { faults } from './faults/list.js'
import { ROOT, runNode } from './support/programs.js'

const entry = join(ROOT, 'test/faults/dist/faults/run.js')

beforeAll(async () => {
  const built = await runNode(['node_modules/typescript-7/bin/tsc', '-b', 'test/faults'])
  expect(built).toMatchObject({ code: 0, stdout: '' })
})

describe('a short version of each fault, of which nothing acknowledged is lost', () => {
  it.concurrent.each(faults.map(({ name, title }) => [title, name]))('%s', async (_title, name) => {
    const { code, stdout, stderr } = await runNode([entry, '--short', name])
    const skipped = /^SKIPPED +(.*)/m.exec(stdout)?.[1]
    if (skipped !== undefined) console.warn(`SKIPPED fault ${skipped}`)
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^(?:ok|SKIPPED) .*\n$/) as string,
      stderr: '',
    })
  })
})

describe('the command that runs the faults', () => {
  it('lists them', async () => {
    const { code, stdout } = await runNode([entry, '--list'])
    expect(code).toBe(0)
    expect(stdout.trim().split('\n').length).toBe(faults.length)
  })

  it('says which there are when it does not know one', async () => {
    const { code, stderr } = await runNode([entry, 'nonesuch'])
    expect(code).toBe(2)
    expect(stderr).toContain('no fault is called nonesuch; there are descriptors')
  })
})
