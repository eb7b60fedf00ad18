import { expect, it } from 'vitest'
import { savedFile } from '../../src/workbench/saved-file.js'

const home = (): string => '/home/ann'

it.each([
  ['linux', {}, '/home/ann/.local/state/hawser/saved.json'],
  ['linux', { XDG_STATE_HOME: '/var/ann' }, '/var/ann/hawser/saved.json'],
  ['linux', { XDG_STATE_HOME: 'relative' }, '/home/ann/.local/state/hawser/saved.json'],
  ['darwin', {}, '/home/ann/Library/Application Support/hawser/saved.json'],
] as const)('on %s with %j messages are kept in %3$s', (platform, env, file) => {
  expect(savedFile({ platform, env, home })).toBe(file)
})

it('on Windows they are kept with the local data of programs', () => {
  const env = { LOCALAPPDATA: String.raw`C:\Users\ann\AppData\Local` }
  expect(savedFile({ platform: 'win32', env, home })).toBe(
    String.raw`C:\Users\ann\AppData\Local\hawser\saved.json`,
  )
})
