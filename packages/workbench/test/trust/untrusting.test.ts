import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { TrustedFolders } from '../../src/trust/trusted.js'
import { DeskTest } from '../support/desk.js'
import { patience } from '../support/patience.js'
import { openProject } from '../support/project.js'
import { converse } from '../support/scripted.js'

const why = 'its folder is not trusted any more'

it('a folder that is not trusted any more: its scripts are ended, and do not start again', async () => {
  const { project, list, client, ask, responded, notices } = await converse(
    `export default () => 'code'`,
  )
  const test = await DeskTest.create()
  const both = test.open({ project, sessions: list })
  expect(await ask('x')).toBe('code')
  expect(await test.ask(both, { do: 'untrust' })).toMatchObject({ value: null })
  expect(project.state.code).toMatchObject({ isTrusted: false })
  const push = await both.page.next(() => both.page.pushes('project')[0])
  expect(push.project.code).toMatchObject({ isTrusted: false })
  expect(notices).toEqual([`s: reply.js was ended: ${why}`])
  await client.send('x')
  await expect
    .poll(responded, patience)
    .toMatchObject([{ act: 'reply' }, { act: 'failed', error: why }])
  expect(list.all[0]).toMatchObject({ state: 'running' })
  await list.restart(1)
  expect(list.all[0]).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/not trusted/),
  })
  const { hash = '' } = project.state.code ?? {}
  await test.ask(both, { do: 'trust', hash })
  await list.restart(1)
  expect(list.all[0]).toMatchObject({ state: 'running' })
})

it('a script that is being loaded meanwhile is ended too', async () => {
  const mark = join(createFolder(), 'ran')
  const { project, list } = await openProject({
    'servers/s.json': { name: 's', listen: '127.0.0.1:0', script: 'a.js' },
    'responders/a.js': `import { writeFileSync } from 'node:fs'
      writeFileSync(${JSON.stringify(mark)}, '')
      await new Promise((resolve) => setInterval(resolve, 3_600_000))`,
  })
  await project.trust(project.state.code?.hash ?? '')
  const started = list.restart(1)
  await expect.poll(() => existsSync(mark), patience).toBe(true)
  await project.untrust()
  await started
  expect(list.all[0]).toMatchObject({ state: 'failed', error: why })
})

it('it is forgotten in the file, and other folders there stay', async () => {
  const file = join(createFolder(), 'state', 'trusted.json')
  const [one, other] = [new TrustedFolders(file), new TrustedFolders(file)]
  await one.add('/one', 'a')
  await other.add('/other', 'b')
  expect([await one.has('/one', 'a'), await other.has('/one', 'a')]).toEqual([true, true])
  // Each of them knows of what the other one has written.
  await other.remove('/one')
  expect([await one.has('/one', 'a'), await other.has('/one', 'a')]).toEqual([false, false])
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, folders: { '/other': 'b' } })
  await one.remove('/one')
  expect(readdirSync(join(file, '..'))).toEqual(['trusted.json'])
})

it('workbenches that write at the same time lose nothing of each other', async () => {
  const file = join(createFolder(), 'trusted.json')
  const workbenches = Array.from({ length: 8 }, () => new TrustedFolders(file))
  await Promise.all(workbenches.map((folders, n) => folders.add(`/${n}`, 'a')))
  await Promise.all([
    ...workbenches.map((folders, n) => folders.remove(`/${n}`)),
    ...workbenches.map((folders, n) => folders.add(`/more ${n}`, 'b')),
  ])
  const { folders } = JSON.parse(readFileSync(file, 'utf8')) as { folders: object }
  expect(Object.keys(folders).toSorted()).toEqual(workbenches.map((_, n) => `/more ${n}`))
})

it('what cannot be forgotten in the file is not trusted until the workbench ends', async () => {
  const folder = createFolder()
  const [state, moved] = [join(folder, 'state'), join(folder, 'moved')]
  const file = join(state, 'trusted.json')
  const folders = new TrustedFolders(file)
  await folders.add('/one', 'a')
  renameSync(state, moved)
  writeFileSync(state, '')
  await expect(folders.remove('/one')).rejects.toThrow()
  rmSync(state)
  renameSync(moved, state)
  expect(await folders.has('/one', 'a')).toBe(false)
  expect(await new TrustedFolders(file).has('/one', 'a')).toBe(true)
})
