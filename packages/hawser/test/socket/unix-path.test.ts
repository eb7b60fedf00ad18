import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runNode } from '../../../../test/support/programs.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { findPlace } from '../../src/socket/unix/unix-path.js'
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
      await server.close({ drain: 0 })
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

  it('is bound at a name that is a path, also where it is relative', () => {
    const endpoint = { kind: 'unix', path: 'app.sock' } as const
    expect(findPlace(endpoint as Parameters<typeof findPlace>[0]).path).toMatch(
      /^\.\/\.[a-z\d]{6}$/,
    )
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

describe('a Unix socket with a mode', () => {
  const modeOf = (path: string): number => statSync(path).mode & 0o777

  it.each([0o660, 0o600, 0o666, 0o000])('is there with it and with no other: %o', async (mode) => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    await make().listen({ path, mode })
    expect(modeOf(path)).toBe(mode)
    expect(readdirSync(folder)).toEqual(['app.sock'])
  })

  it('has it again when its server resumes', async () => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    const server = await make({}, greet('hello')).listen(`unix:${path}?mode=612`)
    await server.suspend()
    expect(readdirSync(folder)).toEqual([])
    await server.resume()
    expect(modeOf(path)).toBe(0o612)
    await using peer = await ScriptedPeer.connect(path)
    await peer.receives('hello')
    expect(readdirSync(folder)).toEqual(['app.sock'])
  })

  it('can be reached by nobody else before it has it, however open the umask is', async () => {
    const folder = createFolder()
    const path = join(folder, 'app.sock')
    // Looks at every step that the file system sees: whatever is there that is a socket, and lies
    // in no closed folder, has the mode.
    const script = `
      import fs from 'node:fs'
      import net from 'node:net'
      import { syncBuiltinESMExports } from 'node:module'
      process.umask(0)
      const seen = []
      const look = (step) => {
        for (const name of fs.readdirSync(${JSON.stringify(folder)})) {
          const found = fs.statSync(${JSON.stringify(`${folder}/`)} + name)
          seen.push([step, found.isSocket() ? 'socket' : 'folder', (found.mode & 0o777).toString(8)])
        }
      }
      for (const step of ['mkdirSync', 'chownSync', 'chmodSync', 'renameSync', 'linkSync', 'unlinkSync', 'rmSync']) {
        const original = fs[step]
        fs[step] = (...args) => {
          look('before ' + step)
          const result = original(...args)
          look('after ' + step)
          return result
        }
      }
      syncBuiltinESMExports()
      const listen = net.Server.prototype.listen
      net.Server.prototype.listen = function (...args) {
        const result = listen.apply(this, args)
        look('listen')
        return result
      }
      const { createServer } = await import('hawser')
      const server = await createServer().listen({ path: ${JSON.stringify(path)}, mode: 0o640, group: process.getgid() })
      console.log(JSON.stringify(seen))
      await server.close()
    `
    const { stdout, stderr } = await runNode(['--input-type=module', '-e', script])
    expect(stderr).toBe('')
    const seen = JSON.parse(stdout) as [string, string, string][]
    const steps = new Set(seen.map(([step]) => step))
    for (const step of ['listen', 'before chownSync', 'before chmodSync', 'after chmodSync']) {
      expect(steps).toContain(step)
    }
    const states = new Set(seen.map(([, kind, mode]) => `${kind} ${mode}`))
    expect(states).toEqual(new Set(['folder 700', 'socket 640']))
  })

  it.each([3, 7, 12])('may have a path of 107 bytes whose last part has %i', async (length) => {
    const folder = createDeepFolder(length)
    const path = join(folder, 'x'.repeat(length))
    await make({}, greet('hello')).listen({ path, mode: 0o600 })
    expect(readdirSync(folder)).toEqual(['x'.repeat(length)])
    await using peer = await ScriptedPeer.connect(path)
    await peer.receives('hello')
  })

  it('whose path leaves no room to bind it in private is refused, and nothing is left', async () => {
    const folder = createDeepFolder(2)
    const error = await rejection(make().listen({ path: join(folder, 'xx'), mode: 0o600 }))
    expect(error).toMatchObject({ name: 'ListenError', code: 'HAWSER_LISTEN_FAILED' })
    expect(error).toHaveProperty('message', expect.stringMatching(/107 bytes.*shorter by 1/))
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a Unix socket with an owner and a group', () => {
  const isRoot = process.getuid?.() === 0
  const itRoot = isRoot ? it : it.skip

  it('that are the own ones, by number or by name, belongs to them', async () => {
    const path = join(createFolder(), 'app.sock')
    const { username, uid, gid } = userInfo()
    await make().listen({ path, owner: username, group: gid })
    expect(statSync(path)).toMatchObject({ uid, gid })
  })

  itRoot('that are others, under root, belongs to them (needs root)', async () => {
    const path = join(createFolder(), 'app.sock')
    await make().listen(`unix:${path}?mode=660&owner=daemon&group=nogroup`)
    expect(statSync(path)).toMatchObject({ uid: 1, gid: 65534 })
    expect(statSync(path).mode & 0o777).toBe(0o660)
  })

  it.each([
    ['owner=no-such-user', /\/etc\/passwd has no user no-such-user: make it, or give its number/],
    ['group=no-such-group', /\/etc\/group has no group no-such-group: make it, or give its number/],
  ])('that does not exist says so: %s', async (setting, reason) => {
    const folder = createFolder()
    const error = await rejection(make().listen(`unix:${folder}/app.sock?${setting}`))
    expect(error).toMatchObject({ name: 'ListenError', code: 'HAWSER_LISTEN_FAILED' })
    expect(error).toHaveProperty('message', expect.stringMatching(reason))
    expect(readdirSync(folder)).toEqual([])
  })

  it('that it may not be given to says so, and nothing is left', async () => {
    const folder = createFolder()
    const script = `
      import { chmodSync } from 'node:fs'
      import { createServer } from 'hawser'
      chmodSync(${JSON.stringify(folder)}, 0o777)
      if (process.getuid() === 0) process.setuid(65534)
      createServer().listen(${JSON.stringify(`unix:${folder}/app.sock?owner=root`)}).catch((error) => {
        console.log(error.code, error.message)
      })
    `
    const { stdout } = await runNode(['--input-type=module', '-e', script])
    expect(stdout).toMatch(
      /^HAWSER_PERMISSION_DENIED cannot listen on unix:.*owner=root: only root/,
    )
    expect(readdirSync(folder)).toEqual([])
  })
})
