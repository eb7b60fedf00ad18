import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Script } from '../../src/scripts/script.js'
import { ProjectCode } from '../../src/trust/project-code.js'
import { TrustedFolders } from '../../src/trust/trusted.js'

const connection = { id: 1, local: '', remote: '', session: '' }

/** Starts a script of a folder that is trusted, when something was changed after it was looked at. */
async function startAfter(
  files: Readonly<Record<string, string>>,
  change: (folder: string) => void = () => undefined,
) {
  const folder = realpathSync(createFolder())
  mkdirSync(join(folder, 'responders/lib'), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const code = new ProjectCode(folder, new TrustedFolders(undefined), false)
  await code.read()
  await code.trust(code.state?.hash ?? '')
  const script = await Script.start({
    name: 'a.js',
    allow: async () => {
      const allowed = await code.allow('a.js')
      change(folder)
      return allowed
    },
    noticed: () => undefined,
  })
  onTestFinished(() => script.close())
  const ask = async (said: string): Promise<string> => {
    const acts = await script.call(Buffer.from(said), connection)
    return acts.map(({ reply }) => String(Buffer.from(reply))).join()
  }
  return { folder, ask }
}

it.each([
  ['itself', `export default () => 'x'`, (folder: string) => join(folder, 'responders/a.js')],
  [
    'what it imports',
    `import { b } from './lib/b.mjs'; export default () => b`,
    (folder: string) => join(folder, 'responders/lib/b.mjs'),
  ],
  [
    'what it requires',
    `const { c } = require('./lib/c.cjs')
    const { join } = require('path')
    module.exports = () => join(c, require('./lib/data.json').up)`,
    (folder: string) => join(folder, 'responders/lib/c.cjs'),
  ],
])('a script is not loaded when %s changes after it was looked at', async (_, text, fileOf) => {
  const files = {
    'responders/a.js': text,
    'responders/lib/b.mjs': `export const b = 'b'`,
    'responders/lib/c.cjs': `exports.c = 'c'`,
    'responders/lib/data.json': `{ "up": "." }`,
  }
  const { ask } = await startAfter(files)
  expect(await ask('')).toMatch(/^[xbc]$/)
  const started = startAfter(files, (folder) => writeFileSync(fileOf(folder), `throw 'changed'`))
  await expect(started).rejects.toThrow(/ was changed since the code was looked at$/)
})

it('what it imports later is as it was looked at, or is not loaded', async () => {
  const { folder, ask } = await startAfter({
    'responders/a.js': `
      export default async (message) => {
        const { say } = await import(message.toString())
        return say
      }`,
    'responders/lib/b.mjs': `export const say = 'b'`,
    'responders/lib/with space.mjs': `export const say = 'space'`,
    'responders/lib/c.mjs': `export const say = 'c'`,
    'responders/lib/d.mjs': `export const say = 'd'`,
    'elsewhere.mjs': `export const say = 'elsewhere'`,
  })
  const lib = join(folder, 'responders/lib')
  expect(await ask('./lib/b.mjs')).toBe('b')
  expect(await ask('./lib/with%20space.mjs?query#hash')).toBe('space')
  writeFileSync(join(lib, 'b.mjs'), `export const say = 'changed'`)
  await expect(ask('./lib/b.mjs?again')).rejects.toThrow(
    'lib/b.mjs was changed since the code was looked at',
  )
  writeFileSync(join(lib, 'new.mjs'), `export const say = 'new'`)
  await expect(ask('./lib/new.mjs')).rejects.toThrow(
    'lib/new.mjs was changed since the code was looked at',
  )
  rmSync(join(lib, 'c.mjs'))
  symlinkSync(join(folder, 'elsewhere.mjs'), join(lib, 'c.mjs'))
  await expect(ask('./lib/c.mjs')).rejects.toThrow(
    'lib/c.mjs is a link, which leads out of the code that was looked at',
  )
  // What is elsewhere is not looked at, as the documents say.
  expect(await ask('../elsewhere.mjs')).toBe('elsewhere')
  renameSync(join(folder, 'responders'), join(folder, 'moved'))
  mkdirSync(lib, { recursive: true })
  writeFileSync(join(lib, 'd.mjs'), `export const say = 'exchanged'`)
  await expect(ask('./lib/d.mjs')).rejects.toThrow(
    'lib/d.mjs was changed since the code was looked at',
  )
})
