import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { DeskTest } from '../support/desk.js'
import { openProject } from '../support/project.js'
import { patience } from '../support/patience.js'

const code = (mark: string): string =>
  `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, ''); export default () => 'x'`

/** A project whose script leaves a mark when it is loaded. */
async function openMarked(trustedFile?: string) {
  const mark = join(createFolder(), 'ran')
  const both = await openProject(
    {
      'servers/s.json': { name: 's', listen: '127.0.0.1:0', script: 'a.js' },
      'responders/a.js': code(mark),
    },
    trustedFile,
  )
  return { ...both, hasRun: () => existsSync(mark) }
}

it('code of a folder that is not trusted does not run, whatever a page asks for', async () => {
  const { project, list, hasRun } = await openMarked()
  const test = await DeskTest.create()
  const { page, desk } = test.open({ project, sessions: list })
  const ask = (request: Parameters<typeof test.ask>[1]) => test.ask({ page, desk }, request)
  expect(project.state.code).toMatchObject({ files: ['responders/a.js'], isTrusted: false })
  await ask({ do: 'start-all' })
  const refusal = expect.stringMatching(
    /^responders\/a\.js is code, and this folder is not trusted/,
  )
  expect(list.all[0]).toMatchObject({ state: 'failed', error: refusal })
  await ask({ do: 'restart', session: 1 })
  const definition = { kind: 'server', name: 't', listen: '127.0.0.1:0', script: 'a.js' } as const
  await ask({ do: 'start', definition })
  await ask({ do: 'restart', session: 1, definition })
  expect(list.all).toMatchObject([{ error: refusal }, { error: refusal }])
  await ask({ do: 'start', definition: { kind: 'server', name: 'u', listen: '127.0.0.1:0' } })
  const set = await ask({ do: 'script', session: 3, script: 'a.js' })
  expect(set).toMatchObject({ error: { code: 'WORKBENCH_NOT_NOW', message: refusal } })
  expect(await ask({ do: 'trust', hash: '0'.repeat(64) })).toMatchObject({
    error: { message: 'the code was changed meanwhile: look at it again, and then trust it' },
  })
  for (const script of ['../a.js', '/etc/a.js', 'a.json', 'lib/a.js', '']) {
    const value = { do: 'script', session: 3, script } as const
    expect(await ask(value)).toMatchObject({ error: { code: 'WORKBENCH_INVALID' } })
  }
  expect(list.all[2]).toMatchObject({ state: 'running' })
  expect(list.all[2]?.definition).not.toHaveProperty('script')
  expect(hasRun()).toBe(false)
})

it('code that is trusted runs, and is asked about again when any file of it has changed', async () => {
  const { project, list, write, hasRun } = await openMarked()
  await project.trust(project.state.code?.hash ?? '')
  expect(project.state.code).toMatchObject({ isTrusted: true })
  await list.restart(1)
  expect(list.all[0]).toMatchObject({ state: 'running' })
  expect(hasRun()).toBe(true)
  write('responders/lib/data.json', '{}')
  await list.restart(1)
  expect(list.all[0]).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/not trusted/),
  })
  await project.read()
  expect(project.state.code).toMatchObject({
    files: ['responders/a.js', 'responders/lib/data.json'],
    isTrusted: false,
  })
})

it('a script that breaks is not started again when its code has changed meanwhile', async () => {
  const { project, list, write, notices } = await openProject({
    'clients/c.json': { name: 'c', connect: 'unix:s.sock', framing: 'lines' },
    'servers/s.json': { name: 's', listen: 'unix:s.sock', framing: 'lines', script: 'a.js' },
    'responders/a.js': `export default () => process.exit(1)`,
  })
  await project.trust(project.state.code?.hash ?? '')
  await project.startAll()
  write('responders/a.js', `export default () => 'changed'`)
  await list.send(2, Buffer.from('x'))
  await expect.poll(() => notices.length, patience).toBeGreaterThan(1)
  await list.send(2, Buffer.from('x'))
  await expect.poll(() => notices.join('\n'), patience).toMatch(/was switched off: .*not trusted/)
  expect(list.all[1]?.bytesRead).toBe(0)
})

it('it is remembered for the user alone, by folder and code, and not by another user', async () => {
  const file = join(createFolder(), 'state', 'trusted.json')
  const { project } = await openMarked(file)
  await project.trust(project.state.code?.hash ?? '')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    version: 1,
    folders: { [project.root]: project.state.code?.hash },
  })
  if (process.platform !== 'win32') {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
  }
  const { TrustedFolders } = await import('../../src/trust/trusted.js')
  const hash = project.state.code?.hash ?? ''
  expect(await new TrustedFolders(file).has(project.root, hash)).toBe(true)
  expect(await new TrustedFolders(file).has(`${project.root}x`, hash)).toBe(false)
  expect(await new TrustedFolders(file).has(project.root, `${hash}0`)).toBe(false)
  expect(await new TrustedFolders(undefined).has(project.root, hash)).toBe(false)
  writeFileSync(file, '{ broken')
  expect(await new TrustedFolders(file).has(project.root, hash)).toBe(false)
  expect(await new TrustedFolders(file).has('__proto__', '')).toBe(false)
})

it('code that is a link, or too much, is not run', async () => {
  const { project, folder, list } = await openMarked()
  const elsewhere = createFolder({ 'b.js': 'export default () => 1' })
  symlinkSync(join(elsewhere, 'b.js'), join(folder, 'responders/b.js'))
  await project.read()
  expect(project.state.code).toMatchObject({
    isTrusted: false,
    error: expect.stringMatching(/^responders\/b\.js is a link, or no file/),
  })
  await list.restart(1)
  expect(list.all[0]).toMatchObject({ state: 'failed', error: expect.stringMatching(/is a link/) })
  const other = await openProject()
  symlinkSync(elsewhere, join(other.folder, 'responders'))
  await other.project.read()
  expect(other.project.state.code?.error).toMatch(/responders is no folder of its own/)
  const many = await openProject()
  mkdirSync(join(many.folder, 'responders'))
  for (let n = 0; n < 501; n++) writeFileSync(join(many.folder, `responders/${n}.js`), '')
  await many.project.read()
  expect(many.project.state.code?.error).toMatch(/more than 500 files/)
})

it('a workbench without a folder runs no script', async () => {
  const { createList } = await import('../support/sessions.js')
  const { list } = await createList()
  const id = await list.start({ kind: 'server', name: 's', listen: '127.0.0.1:0', script: 'a.js' })
  expect(list.all.find((session) => session.id === id)).toMatchObject({
    state: 'failed',
    error: 'a.js is code of a project, and no folder is open: start hawser workbench FOLDER',
  })
})
