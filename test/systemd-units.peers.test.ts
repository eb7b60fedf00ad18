import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createFolder } from './support/folders.js'
import { readDocument } from './support/markdown.js'
import { itPeer } from './support/peers.js'

const run = promisify(execFile)
const guides = ['docs/listening.md', 'docs/many-machines.md']
const units = guides.flatMap((guide) =>
  readDocument(guide).blocks.filter(({ language }) => language === 'ini'),
)

/** The units in a folder of their own, as systemd reads them, and what systemd says of them. */
async function verify(program: string, texts: readonly [string, string][]): Promise<string> {
  const folder = createFolder(Object.fromEntries(texts))
  const files = texts.map(([name]) => `${folder}/${name}`)
  const { stderr } = await run(program, ['verify', '--man=no', ...files]).catch(
    (error: unknown) => {
      return error as { stderr: string }
    },
  )
  return stderr
}

const texts = units.map(({ marks, text }): [string, string] => {
  const [name = ''] = marks
  return [name, text.replace('/usr/bin/node', process.execPath)]
})

it('the guides show a socket unit, its service, and a template', () => {
  const names = texts.map(([name]) => name)
  expect(names).toEqual(['echo.socket', 'echo.service', 'chat@.service'])
})

itPeer('systemd-analyze', 'the units of the guide are what systemd takes', async (program) => {
  expect(await verify(program, texts)).toBe('')
})

itPeer('systemd-analyze', 'a unit with a wrong word is not', async (program) => {
  const wrong = texts.map(([name, text]): [string, string] => [
    name,
    text.replace('WatchdogSec=', 'WatchdogSecs='),
  ])
  expect(await verify(program, wrong)).toMatch(/Unknown key .*WatchdogSecs/)
})
