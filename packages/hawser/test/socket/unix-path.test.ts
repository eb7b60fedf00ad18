import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runNode } from '../../../../test/support/programs.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { make, rejection } from '../server/support/serving.js'

forbidStrayErrors()

const greet = (name: string) => (connection: { send(text: string): unknown }) =>
  void connection.send(name)

/** A path at which a socket lies that nobody listens on: what a killed server leaves. */
async function createStale(folder: string): Promise<string> {
  const path = join(folder, 'app.sock')
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await runNode(['-e', script])
  expect(lstatSync(path).isSocket()).toBe(true)
  return path
}

/** A folder so deep that a name in it of this many bytes is as long as a path may be. */
function createDeepFolder(nameLength: number): string {
  const root = createFolder()
  const rest = 107 - nameLength - 1 - root.length - 1
  const folder = join(root, 'd'.repeat(rest))
  mkdirSync(folder)
  return folder
}

describe('a Unix socket', () => {
  it('replaces the stale file of a server that was killed', async () => {
    const folder = createFolder()
    const path = await createStale(folder)
    await make({}, greet('new')).listen(`unix:${path}`)
    await using peer = await ScriptedPeer.connect(path)
    await peer.receives('new')
    expect(readdirSync(folder)).toEqual(['app.sock'])
  })

  it('does not replace a live server', async () => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    await make({}, greet('first')).listen(`unix:${path}`)
    const error = await rejection(make().listen(`unix:${path}`))
    expect(error).toMatchObject({ code: 'HAWSER_ADDRESS_IN_USE', local: { address: path } })
    expect(error).toHaveProperty('message', expect.stringContaining(`unix:${path}`))
    await using peer = await ScriptedPeer.connect(path)
    await peer.receives('first')
    expect(readdirSync(folder)).toEqual(['app.sock'])
  })

  it('does not replace a regular file', async () => {
    const folder = createFolder({ 'notes.txt': 'precious' })
    const path = join(folder, 'notes.txt')
    const error = await rejection(make().listen(`unix:${path}`))
    expect(error).toMatchObject({ code: 'HAWSER_ADDRESS_IN_USE' })
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(/no socket has that path: remove/),
    )
    expect(await readFile(path, 'utf8')).toBe('precious')
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  it.each<[string, (folder: string) => void]>([
    ['a folder', (folder) => mkdirSync(join(folder, 'app.sock'))],
    ['a link', (folder) => symlinkSync('/nowhere', join(folder, 'app.sock'))],
  ])('does not replace %s', async (_name, put) => {
    const folder = createFolder()
    put(folder)
    const error = await rejection(make().listen(`unix:${folder}/app.sock`))
    expect(error).toMatchObject({ code: 'HAWSER_ADDRESS_IN_USE' })
    expect(readdirSync(folder)).toEqual(['app.sock'])
  })

  it('is gone when its server has closed', async () => {
    const folder = createFolder()
    const server = await make().listen(`unix:${folder}/app.sock`)
    expect(readdirSync(folder)).toEqual(['app.sock'])
    await server.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is left alone when another server took its path over', async () => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    const first = await make({}, greet('first')).listen(`unix:${path}`)
    renameSync(path, join(folder, 'moved'))
    await make({}, greet('second')).listen(`unix:${path}`)
    await first.close()
    expect(readdirSync(folder).sort()).toEqual(['app.sock', 'moved'])
    await using peer = await ScriptedPeer.connect(path)
    await peer.receives('second')
  })

  it('is left alone when a file took its path', async () => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    const server = await make().listen(`unix:${path}`)
    renameSync(path, join(folder, 'moved'))
    writeFileSync(path, 'precious')
    await server.close()
    expect(await readFile(path, 'utf8')).toBe('precious')
  })

  it('may be gone already when its server closes', async () => {
    const folder = createFolder()
    const server = await make().listen(`unix:${folder}/app.sock`)
    renameSync(join(folder, 'app.sock'), join(folder, 'moved'))
    expect(await server.close()).toEqual({ drained: 0, forced: 0 })
  })

  it.each([1, 2, 3, 7, 12])(
    'may have a path of 107 bytes whose last part has %i',
    async (length) => {
      const folder = createDeepFolder(length)
      const path = join(folder, 'x'.repeat(length))
      expect(path).toHaveLength(107)
      const server = await make({}, greet('hello')).listen(`unix:${path}`)
      expect(readdirSync(folder)).toEqual(['x'.repeat(length)])
      await using peer = await ScriptedPeer.connect(path)
      await peer.receives('hello')
      await server.suspend()
      await server.resume()
      expect(readdirSync(folder)).toEqual(['x'.repeat(length)])
      await server.close()
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('fails rather than take a name of somebody else, when every short one is taken', async () => {
    const folder = createDeepFolder(1)
    const taken = Array.from('abcdefghijklmnopqrstuvwxyz0123456789')
    for (const name of taken) writeFileSync(join(folder, name), '')
    const error = await rejection(make().listen(`unix:${folder}/Z`))
    expect(error).toMatchObject({ name: 'ListenError' })
    expect(readdirSync(folder).sort()).toEqual(taken.sort())
  })

  it('leaves no temporary name when its folder may not be written to', async () => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    // Root may write everywhere, so whoever runs this becomes nobody.
    const script = `
      import { chmodSync } from 'node:fs'
      import { createServer } from 'hawser'
      chmodSync(${JSON.stringify(folder)}, 0o555)
      if (process.getuid() === 0) process.setuid(65534)
      createServer().listen(${JSON.stringify(`unix:${path}`)}).catch((error) => {
        console.log(error.code, error.message)
      })
    `
    const { stdout } = await runNode(['--input-type=module', '-e', script])
    expect(stdout).toMatch(/^HAWSER_PERMISSION_DENIED cannot listen on unix:.* does not permit it/)
    expect(stdout).toMatch(/ports below 1024 need a privilege, a Unix socket needs a folder/)
    expect(readdirSync(folder)).toEqual([])
  })
})
