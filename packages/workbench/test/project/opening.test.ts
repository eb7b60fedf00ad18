import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { TrustedFolders } from '../../src/trust/trusted.js'
import { openProject } from '../support/project.js'

const server = { name: 'echo', listen: '127.0.0.1:0' }

it('a folder that is opened has its sessions, and none of them runs', async () => {
  const { list, project, problems } = await openProject({
    'clients/one.json': { name: 'caller', connect: '127.0.0.1:1', start: false },
    'proxies/p.json': { name: 'between', listen: '127.0.0.1:0', target: '127.0.0.1:1' },
    'servers/echo.json': { $schema: 'server.schema.json', ...server, respond: 'echo' },
    'messages/ping.json': { name: 'ping', text: 'PING' },
    'sequences/s.json': { name: 'twice', steps: [{ do: 'send', message: 'ping' }], times: 2 },
    'notes.txt': 'nothing for us',
  })
  expect(problems()).toEqual([])
  expect(
    list.all.map(({ definition, state }) => [definition.kind, definition.name, state]),
  ).toEqual([
    ['server', 'echo', 'stopped'],
    ['client', 'caller', 'stopped'],
    ['proxy', 'between', 'stopped'],
  ])
  expect(project.state).toMatchObject({
    sessions: [
      { session: 1, file: 'servers/echo.json', isChanged: false, isStarted: true },
      { session: 2, file: 'clients/one.json', isStarted: false },
      { session: 3, file: 'proxies/p.json' },
    ],
  })
  expect(project.saved).toMatchObject({
    messages: [{ name: 'ping', text: 'PING' }],
    sequences: [{ name: 'twice', times: 2 }],
  })
})

it('a port alone is of this machine, and no change of its file', async () => {
  const { list, project, folder } = await openProject({
    'servers/echo.json': { name: 'echo', listen: '0' },
    'proxies/p.json': { name: 'between', listen: '0', target: '1' },
  })
  expect(list.all.map(({ definition }) => definition)).toMatchObject([
    { listen: '127.0.0.1:0' },
    { listen: '127.0.0.1:0', target: 'localhost:1' },
  ])
  expect(project.state).toMatchObject({
    folder,
    sessions: [{ isChanged: false }, { isChanged: false }],
  })
})

it('messages that no page could be told of are left out, and not deleted', async () => {
  const files = Array.from({ length: 40 }, (_, index) => {
    const message = { name: `m${index}`, text: 'x'.repeat(60_000) }
    return [`messages/m${index}.json`, message] as const
  })
  const { project, problems, read } = await openProject(Object.fromEntries(files))
  expect(project.saved.messages).toHaveLength(34)
  expect(problems()).toHaveLength(6)
  expect(problems()[0]).toMatch(/^messages\/m\d+\.json is left out: .* 2097152 bytes at most/)
  await project.write({ ...project.saved, messages: project.saved.messages.slice(1) })
  const [left = ''] = problems().map((each) => each.split(' ')[0])
  expect(read(left)).toContain('xxx')
})

it('an empty folder is a project, and nothing is written into it', async () => {
  const { project, read } = await openProject()
  expect(project.state).toMatchObject({ sessions: [], problems: [] })
  expect(() => read('.gitignore')).toThrow(/ENOENT/)
})

it.each([
  ['no JSON', '{"name":', /^servers\/a\.json is no JSON: /],
  ['nothing', ' \n', /^servers\/a\.json is empty: write JSON into it, or delete it$/],
  ['a list', '[]', /^servers\/a\.json is no object/],
  ['null', 'null', /^servers\/a\.json is no object/],
  [
    'a field too many',
    { ...server, lisen: 1 },
    /a\.json lisen: there is no such field: take it out/,
  ],
  ['a mistyped field', { name: 'a', lisen: '1' }, /a\.json lisen: there is no such field/],
  ['a field too few', { name: 'a' }, /^servers\/a\.json listen is missing: add it$/],
  [
    'a wrong field',
    { ...server, maxConnections: 'two' },
    /a\.json maxConnections: .*number.*"two"/,
  ],
  ['a wrong choice', { ...server, respond: 'shout' }, /^servers\/a\.json respond: .*"echo"/],
  ['a name with a path', { ...server, name: '../../x' }, /a\.json name: a name has letters/],
  ['a kind', { ...server, kind: 'client' }, /a\.json kind: there is no such field/],
  [
    'a program',
    { ...server, kind: 'program' },
    /a\.json kind: a project names no program to be run/,
  ],
  ['a command', { name: 'a', command: ['node'] }, /a\.json command: a project names no program/],
  ['a process', { ...server, pid: 4711 }, /a\.json pid: .*start it in the page, with --allow-run/],
  [
    '__proto__',
    '{"name":"a","listen":"1","__proto__":{"x":1}}',
    /a\.json __proto__: there is no such/,
  ],
  [
    'a thousand levels',
    '['.repeat(100_000),
    /^servers\/a\.json (is (no JSON|no object|too large)|has more than 65536 values)/,
  ],
  ['a megabyte', ' '.repeat(1024 * 1024 + 1), /a\.json has 1048577 bytes, and at most 1048576 may/],
  [
    'a key elsewhere',
    { ...server, tls: { cert: '/etc/c.pem', key: 'k.pem' } },
    /tls\.cert: \/etc\/c/,
  ],
  [
    'a key above',
    { ...server, tls: { cert: 'c.pem', key: '../k.pem' } },
    /tls\.key: \.\.\/k\.pem leads/,
  ],
  [
    'the socket of another',
    { ...server, listen: 'unix:/run/x.sock' },
    /listen: \/run\/x\.sock leads/,
  ],
  [
    'a socket above',
    { ...server, listen: './a/../../x.sock' },
    /listen: .* leads out of the folder/,
  ],
  ['an abstract socket', { ...server, listen: 'unix:@x' }, /listen: .* leads out of the folder/],
  [
    'a descriptor',
    { ...server, listen: 'fd:3' },
    /listen: fd:3 is of one process: write host:port/,
  ],
])('a file with %s is said to be wrong, and the others are there', async (_, value, said) => {
  const { list, problems } = await openProject({
    'servers/a.json': value,
    'servers/b.json': { ...server, name: 'b' },
  })
  expect(list.all.map(({ definition }) => definition.name)).toEqual(['b'])
  expect(problems()).toEqual([expect.stringMatching(said)])
  expect(problems().join('').length).toBeLessThan(700)
})

it('a link is not followed: neither as a file, nor as a folder, nor on the way to a key', async () => {
  const elsewhere = createFolder({
    'a.json': JSON.stringify(server),
    'key.pem': 'secret',
  })
  const { project, folder, list, problems, write } = await openProject()
  mkdirSync(join(folder, 'servers'))
  symlinkSync(join(elsewhere, 'a.json'), join(folder, 'servers/a.json'))
  symlinkSync(elsewhere, join(folder, 'clients'))
  symlinkSync(elsewhere, join(folder, 'keys'))
  write('servers/k.json', { ...server, tls: { cert: 'keys/none.pem', key: 'keys/key.pem' } })
  write('servers/u.json', { name: 'u', listen: 'unix:keys/deep/new.sock' })
  mkdirSync(join(folder, 'servers/dir.json'))
  await project.read()
  expect(list.all).toEqual([])
  expect(problems()).toEqual([
    'servers/a.json is a link: put the file itself there',
    'servers/dir.json is no file: move it elsewhere',
    'clients/ is a link: put the folder itself there',
    expect.stringMatching(/^servers\/k\.json tls\.cert: keys\/none\.pem leads out/),
    expect.stringMatching(/^servers\/u\.json listen: keys\/deep\/new\.sock leads out/),
  ])
})

it('two with one name: the first is taken, and both files are named', async () => {
  const { list, problems } = await openProject({
    'servers/a.json': server,
    'servers/b.json': server,
    'clients/c.json': { name: 'echo', connect: '1' },
    'messages/m.json': { name: 'echo', text: '' },
  })
  expect(list.all.length).toBe(1)
  expect(problems()).toEqual([
    'servers/b.json name: echo is the name in servers/a.json too: choose another one',
    'clients/c.json name: echo is the name in servers/a.json too: choose another one',
  ])
})

it('of too many files the first are read, and it is said', async () => {
  const files = Array.from({ length: 502 }, (_, number) => {
    const name = `m${String(number).padStart(3, '0')}`
    return [`messages/${name}.json`, { name, text: 'a' }] as const
  })
  const { project, problems } = await openProject(Object.fromEntries(files))
  expect(project.saved.messages.length).toBe(500)
  expect(problems()).toEqual([
    'messages/ has 502 files, of which the first 500 are read: take some out',
  ])
})

it('what changed on disk is there when it is read again', async () => {
  const { list, project, folder, write, problems, until } = await openProject({
    'servers/a.json': { ...server, name: 'a' },
    'servers/b.json': { ...server, name: 'b' },
    'servers/c.json': { ...server, name: 'c' },
  })
  write('servers/a.json', { ...server, name: 'a', respond: 'echo' })
  rmSync(join(folder, 'servers/b.json'))
  write('servers/c.json', '{')
  write('servers/d.json', { ...server, name: 'd' })
  let changes = 0
  project.watch(() => changes++)
  await project.read()
  expect(changes).toBe(1)
  expect(list.all.map(({ id, definition }) => [id, definition.name])).toEqual([
    [1, 'a'],
    [3, 'c'],
    [4, 'd'],
  ])
  expect(list.all[0]?.definition).toMatchObject({ respond: 'echo' })
  expect(problems()).toEqual([expect.stringMatching(/^servers\/c\.json is no JSON/)])
  await list.restart(4)
  await until(4, ({ state }) => state === 'running')
})

it('what runs goes on as it is, and takes what changed at its next start', async () => {
  const { list, project, write, notices, until } = await openProject({ 'servers/a.json': server })
  await list.restart(1)
  const { addresses } = await until(1, ({ state }) => state === 'running')
  write('servers/a.json', { ...server, respond: 'echo' })
  await project.read()
  expect(list.all[0]).toMatchObject({ state: 'running', addresses, definition: server })
  expect(list.all[0]?.definition).not.toHaveProperty('respond')
  expect(project.state.sessions).toMatchObject([{ isChanged: true }])
  expect(notices).toEqual(['echo: changed on disk, which holds from the next start on'])
  await list.restart(1)
  expect(list.all[0]?.definition).toMatchObject({ respond: 'echo' })
  expect(project.state.sessions).toMatchObject([{ isChanged: false }])
})

it('one whose file is gone goes on while it runs, and has no file any more', async () => {
  const { list, project, folder } = await openProject({ 'servers/a.json': server })
  await list.restart(1)
  rmSync(join(folder, 'servers'), { recursive: true })
  await project.read()
  expect(list.all).toMatchObject([{ id: 1, state: 'running' }])
  expect(project.state.sessions).toEqual([])
})

it('all are started but those that are kept from it, and clients when the servers run', async () => {
  const { list, project, folder } = await openProject({
    'clients/c.json': { name: 'c', connect: 'unix:s.sock' },
    'servers/no.json': { name: 'no', listen: '127.0.0.1:0', start: false },
    'servers/s.json': { name: 's', listen: 'unix:s.sock' },
  })
  await project.startAll()
  expect(list.all.map(({ definition, state }) => [definition.name, state])).toEqual([
    ['no', 'stopped'],
    ['s', 'running'],
    ['c', 'running'],
  ])
  expect(list.all[1]?.addresses).toEqual([`unix:${join(project.root, 's.sock')}`])
  expect(folder).toBeDefined()
})

it('a folder that is gone, as a disk that was taken out, takes nothing with it', async () => {
  const { list, project, folder } = await openProject({
    'servers/s.json': { name: 's', listen: '127.0.0.1:0' },
    'messages/m.json': { name: 'm', text: 'x' },
  })
  const gone = `the folder ${project.root} is not there any more: all stays as it was read last`
  renameSync(folder, `${folder}-moved`)
  await expect(project.read()).rejects.toThrow(gone)
  await expect(project.save(1)).rejects.toThrow(gone)
  await expect(project.write({ messages: [], sequences: [] })).rejects.toThrow(gone)
  expect(list.all).toMatchObject([{ definition: { name: 's' } }])
  expect(project.saved.messages).toMatchObject([{ name: 'm' }])
  expect(existsSync(folder)).toBe(false)
  renameSync(`${folder}-moved`, folder)
  await project.read()
  expect(project.state.sessions).toMatchObject([{ file: 'servers/s.json', isChanged: false }])
  expect(project.saved.messages).toMatchObject([{ name: 'm' }])
})

it('what is no folder is refused', async () => {
  const folder = createFolder()
  writeFileSync(join(folder, 'file'), '')
  const { Project } = await import('../../src/project/project.js')
  const { list } = await openProject()
  const open = (path: string) =>
    Project.open(path, {
      sessions: list,
      trusted: new TrustedFolders(undefined),
      onNotice: () => undefined,
    })
  await expect(open(join(folder, 'file'))).rejects.toThrow(/is no folder: name one that is there/)
  await expect(open(join(folder, 'none'))).rejects.toThrow(/is no folder: name one that is there/)
})
