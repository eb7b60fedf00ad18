import { expect, it } from 'vitest'
import { SavedItems } from '../../src/saved/saved-items.js'
import { DeskTest } from '../support/desk.js'
import { openProject } from '../support/project.js'

it('a page of no project learns what to do', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  expect(await test.ask(both, { do: 'hello' })).not.toHaveProperty('value.project')
  for (const request of [
    { do: 'save', session: 1 },
    { do: 'read-project' },
    { do: 'start-all' },
  ] as const) {
    expect(await test.ask(both, request)).toMatchObject({
      error: {
        code: 'WORKBENCH_NOT_NOW',
        message: 'no folder is open: start hawser workbench FOLDER',
      },
    })
  }
})

it('a page sees the project, saves into it, reads it again, and hears what changed', async () => {
  const { project, list, write, until } = await openProject({
    'servers/a.json': { name: 'a', listen: '127.0.0.1:0' },
  })
  const test = await DeskTest.create()
  test.project = project
  test.saved = new SavedItems(project.saved, project)
  const both = test.open()
  expect(await test.ask(both, { do: 'hello' })).toMatchObject({
    value: { project: { folder: project.root, sessions: [{ file: 'servers/a.json' }] } },
  })
  const id = list.add({ kind: 'server', name: 'new', listen: '127.0.0.1:0' })
  expect(await test.ask(both, { do: 'save', session: id })).toMatchObject({
    value: { file: 'servers/new.json' },
  })
  write('servers/b.json', '{')
  await test.ask(both, { do: 'read-project' })
  const push = await both.page.next(() =>
    both.page.pushes('project').find(({ project: { problems } }) => problems.length === 1),
  )
  expect(push.project.sessions.map(({ file }) => file)).toEqual([
    'servers/a.json',
    'servers/new.json',
  ])
  await test.ask(both, { do: 'start-all' })
  await until(1, ({ state }) => state === 'running')
  await until(id, ({ state }) => state === 'running')
})

it('messages that a page keeps are files, and files that are new are messages', async () => {
  const { project, read, write } = await openProject()
  const test = await DeskTest.create()
  test.project = project
  test.saved = new SavedItems(project.saved, project)
  const both = test.open()
  const message = { name: 'ping', text: 'PING' }
  await test.ask(both, { do: 'keep-message', message })
  expect(JSON.parse(read('messages/ping.json'))).toEqual(message)
  write('messages/ping.json', { ...message, text: 'PONG' })
  const refusal = await test.ask(both, {
    do: 'keep-message',
    message: { ...message, text: 'mine' },
    was: 'ping',
  })
  expect(refusal).toMatchObject({
    error: {
      message: 'messages/ping.json was changed on disk: read the project again, and then save',
    },
  })
  await test.ask(both, { do: 'read-project' })
  const { saved } = test
  expect(saved.state.messages).toEqual([{ ...message, text: 'PONG' }])
  await test.ask(both, { do: 'forget-saved', kind: 'message', name: 'ping' })
  expect(() => read('messages/ping.json')).toThrow(/ENOENT/)
})
