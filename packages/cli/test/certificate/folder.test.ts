import { expect, it } from 'vitest'
import { certificateFolder } from '../../src/certificate/folder.js'

const home = (): string => '/home/ann'

it.each([
  ['linux', {}, '/home/ann/.cache/hawser/tls'],
  ['linux', { XDG_CACHE_HOME: '/var/tmp/ann' }, '/var/tmp/ann/hawser/tls'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/ann/.cache/hawser/tls'],
  ['linux', { XDG_CACHE_HOME: '' }, '/home/ann/.cache/hawser/tls'],
  ['darwin', {}, '/home/ann/Library/Caches/hawser/tls'],
] as const)('on %s with %j certificates are kept in %3$s', (platform, env, folder) => {
  expect(certificateFolder({ platform, env, home })).toBe(folder)
})

it('on Windows they are kept with the local data of programs', () => {
  const env = { LOCALAPPDATA: String.raw`C:\Users\ann\AppData\Local` }
  expect(certificateFolder({ platform: 'win32', env, home })).toBe(
    String.raw`C:\Users\ann\AppData\Local\hawser\tls`,
  )
})
