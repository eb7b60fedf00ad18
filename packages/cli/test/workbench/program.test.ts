import { resolve } from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import type { ServeOptions } from '../../src/serve/options.js'
import { addServe } from '../../src/serve/serve-command.js'
import type { WorkbenchCommandOptions } from '../../src/workbench/options.js'
import { addWorkbench } from '../../src/workbench/workbench-command.js'

interface Parsed {
  serve?: ServeOptions
  workbench?: WorkbenchCommandOptions
}

async function parse(...words: string[]): Promise<Parsed> {
  const parsed: Parsed = {}
  const program = new Command('hawser').exitOverride()
  addServe(program, async (serve) => void Object.assign(parsed, { serve }))
  addWorkbench(program, async (workbench) => void Object.assign(parsed, { workbench }))
  await program.parseAsync(words, { from: 'user' })
  return parsed
}

it('the workbench is on a free port of this machine, with a log that is deleted', async () => {
  expect((await parse('workbench')).workbench).toEqual({
    path: undefined,
    page: '127.0.0.1:0',
    isOpen: false,
    mayRun: false,
    opensBrowser: false,
    log: undefined,
  })
})

it('a file, a port and a log may be named', async () => {
  const words = ['workbench', 'a.hawser', '--page', '8080', '--log', 'b.hawser']
  expect((await parse(...words)).workbench).toEqual({
    path: resolve('a.hawser'),
    page: '127.0.0.1:8080',
    isOpen: false,
    mayRun: false,
    opensBrowser: false,
    log: 'b.hawser',
  })
})

it('what a log may take is a size, or has no limit', async () => {
  expect((await parse('workbench')).workbench).toMatchObject({ logLimit: undefined })
  const words = ['workbench', '--log-limit']
  expect((await parse(...words, '64MiB')).workbench).toMatchObject({ logLimit: 64 * 1024 ** 2 })
  expect((await parse(...words, 'off')).workbench).toMatchObject({ logLimit: Infinity })
  await expect(parse(...words, '1MiB')).rejects.toThrow('--log-limit is 16MiB or more, not 1MiB')
  await expect(parse(...words, 'much')).rejects.toThrow('--log-limit is a size')
  const served = await parse('serve', '--page', '--log-limit', '1GiB')
  expect(served.serve).toMatchObject({ logLimit: 1024 ** 3 })
  await expect(parse('serve', '--log-limit', '1GiB')).rejects.toThrow('add --page')
})

it('only a flag lets other machines in', async () => {
  const words = ['workbench', '--page', '*:8080']
  expect((await parse(...words)).workbench).toMatchObject({ page: '*:8080', isOpen: false })
  expect((await parse(...words, '--page-open')).workbench).toMatchObject({ isOpen: true })
})

it('only a flag lets a page run programs, and not one that other machines reach', async () => {
  expect((await parse('workbench', '--allow-run')).workbench).toMatchObject({ mayRun: true })
  await expect(parse('workbench', '--allow-run', '--page-open')).rejects.toThrow(
    '--allow-run and --page-open do not go together',
  )
})

it('a server has no page unless it is asked for', async () => {
  expect((await parse('serve')).serve).toMatchObject({ page: undefined, pageOpen: false })
  expect((await parse('serve', '--page')).serve).toMatchObject({ page: '127.0.0.1:0' })
  expect((await parse('serve', '--page', '8080')).serve).toMatchObject({ page: '127.0.0.1:8080' })
})

it('a page shows one process, and is open only where there is one', async () => {
  await expect(parse('serve', '--page', '--workers', '2')).rejects.toThrow(
    'the page shows the connections of one process',
  )
  await expect(parse('serve', '--page-open')).rejects.toThrow('add --page ENDPOINT')
})
