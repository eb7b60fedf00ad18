import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { openProject } from '../support/project.js'

const server = { kind: 'server', name: 'echo', listen: '127.0.0.1:0' } as const

it('a session is saved, and is there when the folder is opened again', async () => {
  const { list, project, read, folder } = await openProject()
  const id = await list.start({ ...server, respond: 'echo', maxConnections: 3 })
  expect(await project.save(id)).toBe('servers/echo.json')
  expect(JSON.parse(read('servers/echo.json'))).toEqual({
    name: 'echo',
    listen: '127.0.0.1:0',
    respond: 'echo',
    maxConnections: 3,
  })
  expect(read('.gitignore')).toMatch(/^\*\.hawser$[^]*^\*\.pem$[^]*^\*\.key$/m)
  expect(readdirSync(join(folder, 'servers'))).toEqual(['echo.json'])
  await project.read()
  expect(list.all.length).toBe(1)
  expect(project.state).toMatchObject({ sessions: [{ session: id, isChanged: false }] })
})

it('what is saved again keeps what the session knows nothing of', async () => {
  const { list, project, read, notices } = await openProject({
    '.gitignore': 'node_modules\n*.pem\r\n',
    'clients/any.json': {
      $schema: 'client.schema.json',
      name: 'c',
      connect: '127.0.0.1:1',
      start: false,
      expect: { text: 'hi', within: 50 },
      tls: { ca: 'keys/ca.pem' },
    },
  })
  const changed = new Promise<void>((resolve) => project.watch(resolve))
  list.setResponders(1, [{ name: 'r', match: { as: 'length' }, do: 'drop' }])
  await changed
  expect(project.state.sessions).toMatchObject([{ isChanged: true }])
  expect(await project.save(1)).toBe('clients/any.json')
  expect(project.state.sessions).toMatchObject([{ isChanged: false, isStarted: false }])
  expect(JSON.parse(read('clients/any.json'))).toEqual({
    $schema: 'client.schema.json',
    name: 'c',
    connect: '127.0.0.1:1',
    start: false,
    expect: { text: 'hi', within: 50 },
    tls: { ca: 'keys/ca.pem' },
    responders: [{ name: 'r', match: { as: 'length' }, do: 'drop' }],
  })
  // What is there of the user's is left as it is.
  expect(read('.gitignore')).toBe('node_modules\n*.pem\r\n')
  await project.save(1)
  expect(notices).toEqual([
    expect.stringMatching(/does not name \*\.hawser, \*\.key: logs and keys/),
  ])
})

it('a file that was changed on disk meanwhile is not overwritten', async () => {
  const { list, project, write, read } = await openProject({
    'servers/a.json': { name: 'a', listen: '1' },
  })
  list.setResponders(1, [])
  write('servers/a.json', { name: 'a', listen: '2' })
  await expect(project.save(1)).rejects.toThrow(
    'servers/a.json was changed on disk: read the project again, and then save',
  )
  write('servers/a.json', '{ by hand')
  await expect(project.save(1)).rejects.toThrow(/was changed on disk/)
  expect(read('servers/a.json')).toBe('{ by hand')
})

it('a file that is there already, or is another session by name, is not overwritten', async () => {
  const { list, project, write, read } = await openProject({
    'servers/one.json': { name: 'taken', listen: '1' },
  })
  write('servers/echo.json', 'precious')
  const id = list.add(server)
  await expect(project.save(id)).rejects.toThrow('echo.json is there already: choose another name')
  expect(read('servers/echo.json')).toBe('precious')
  const twin = list.add({ ...server, name: 'taken' })
  await expect(project.save(twin)).rejects.toThrow(/taken is the name in servers\/one\.json too/)
})

it('nothing is written through a link, nor where a file is in the way', async () => {
  const elsewhere = createFolder()
  const { list, project, folder, write } = await openProject()
  symlinkSync(elsewhere, join(folder, 'servers'))
  const id = list.add(server)
  await expect(project.save(id)).rejects.toThrow(/servers is a link: put a folder there/)
  expect(readdirSync(elsewhere)).toEqual([])
  write('clients', '')
  const client = list.add({ kind: 'client', name: 'c', connect: '1' })
  await expect(project.save(client)).rejects.toThrow(/clients is no folder: put a folder there/)
  mkdirSync(join(folder, 'proxies'))
  symlinkSync(join(elsewhere, 'p.json'), join(folder, 'proxies/p.json'))
  const proxy = list.add({ kind: 'proxy', name: 'p', listen: '1', target: '2' })
  await expect(project.save(proxy)).rejects.toThrow(/p\.json is there already/)
  expect(readdirSync(elsewhere)).toEqual([])
})

it('a .gitignore that is a link is not read, as git does not, and one that is a folder is in no way', async () => {
  const elsewhere = createFolder({ all: '*.hawser\n*.pem\n*.key\n' })
  const { list, project, folder, notices, read } = await openProject()
  symlinkSync(join(elsewhere, 'all'), join(folder, '.gitignore'))
  await project.save(list.add(server))
  expect(notices).toEqual([
    'the .gitignore there does not name *.hawser, *.pem, *.key: logs and keys would get into git',
  ])
  const other = await openProject()
  mkdirSync(join(other.folder, '.gitignore'))
  const id = other.list.add(server)
  await other.project.save(id)
  await other.project.save(id)
  expect(other.notices).toEqual(notices)
  expect(other.read('servers/echo.json')).toBe(read('servers/echo.json'))
})

it('what names a file elsewhere, and a log, are not saved', async () => {
  const { list, project, folder } = await openProject()
  const tls = { cert: '/etc/ssl/c.pem', key: 'k.pem' }
  await expect(project.save(list.add({ ...server, tls }))).rejects.toThrow(
    /tls\.cert: \/etc\/ssl\/c\.pem leads out of the folder: copy it into the folder/,
  )
  const log = list.add({ kind: 'file', name: 'l', path: 'l.hawser' })
  await expect(project.save(log)).rejects.toThrow(/l is a log: a project keeps servers/)
  const program = list.add({ kind: 'program', name: 'p', command: ['node', 'app.js'] })
  await expect(project.save(program)).rejects.toThrow(
    /p is a program: a folder may come from others/,
  )
  await expect(project.save(99)).rejects.toThrow('there is no session 99')
  expect(readdirSync(folder)).toEqual([])
})

it('messages and sequences are written, changed and deleted, each in its file', async () => {
  const { project, read, folder } = await openProject({
    'messages/by hand.json': { name: 'old', text: 'a', to: 'x' },
  })
  const ping = { name: 'ping', text: 'PING\n' }
  const both = { name: 'both', steps: [{ do: 'send', message: 'ping' }] } as const
  const sequences = [{ ...both, steps: [...both.steps] }]
  const old = { name: 'old', text: 'b', to: 'x' }
  await project.write({ messages: [old, ping, { name: 'bytes', hex: '00 ff' }], sequences })
  expect(JSON.parse(read('messages/by hand.json'))).toEqual(old)
  expect(JSON.parse(read('messages/ping.json'))).toEqual(ping)
  expect(JSON.parse(read('sequences/both.json'))).toEqual(both)
  await project.write({ messages: [{ name: 'pong', text: 'PONG' }, ping], sequences: [] })
  expect(readdirSync(join(folder, 'messages')).toSorted()).toEqual(['ping.json', 'pong.json'])
  expect(readdirSync(join(folder, 'sequences'))).toEqual([])
  await project.read()
  expect(project.saved).toEqual({ messages: [ping, { name: 'pong', text: 'PONG' }], sequences: [] })
})

it('two that save at once come one after the other', async () => {
  const { list, project } = await openProject()
  const ids = Array.from({ length: 8 }, (_, n) => list.add({ ...server, name: `s${n}` }))
  await Promise.all([...ids, ...ids].map((id) => project.save(id)))
  await project.read()
  expect(list.all.length).toBe(8)
  expect(project.state.problems).toEqual([])
})

it('what a file cannot be is not written', async () => {
  const { project, folder } = await openProject()
  const write = (message: object) =>
    project.write({ messages: [message as { name: string }], sequences: [] })
  await expect(write({ name: '../up', text: '' })).rejects.toThrow(/^name: a name has letters/)
  await expect(write({ name: 'two', text: '', hex: '' })).rejects.toThrow('one of text and hex')
  expect(readdirSync(folder)).toEqual([])
})
