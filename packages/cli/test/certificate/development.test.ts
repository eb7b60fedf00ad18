import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { improviseDevelopment, provideDevelopment } from '../../src/certificate/development.js'
import { isPair } from '../../src/certificate/inspect.js'
import { issueCertificate } from '../../src/certificate/issue.js'
const day = 86_400_000
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

function filesOf(folder: string): { certificate: string; key: string } {
  return { certificate: join(folder, 'hawser-cert.pem'), key: join(folder, 'hawser-key.pem') }
}

/** Puts a certificate with these days there. */
async function plant(folder: string, from: number, until: number): Promise<void> {
  const pair = await issueCertificate({
    names: ['localhost', 'old.example'],
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + until * day),
  })
  const files = filesOf(folder)
  writeFileSync(files.certificate, pair.certificate)
  writeFileSync(files.key, pair.key)
}

it('a certificate is made once, for this machine only, and then kept', async () => {
  const folder = join(createFolder(), 'a', 'b')
  const made = await provideDevelopment({ folder })
  expect(made).toMatchObject({ made: 'there was none', files: filesOf(folder) })
  expect(made.names.slice(0, 3)).toEqual(['localhost', '127.0.0.1', '::1'])
  const certificate = new X509Certificate(made.certificate)
  expect(certificate.ca).toBe(false)
  expect(certificate.checkHost('localhost')).toBe('localhost')
  expect(certificate.checkIP('::1')).toBe('::1')
  expect(certificate.fingerprint256).toBe(made.fingerprint)
  expect(isPair(made.certificate, made.key)).toBe(true)
  const again = await provideDevelopment({ folder })
  expect(again).toEqual({ ...made, made: undefined })
})

it('its key is for its owner only, and so is the folder', async () => {
  const folder = join(createFolder(), 'new')
  const { files } = await provideDevelopment({ folder })
  expect([modeOf(folder), modeOf(files!.key)]).toEqual(['700', '600'])
  chmodSync(files!.key, 0o644)
  await provideDevelopment({ folder, names: ['dev.example'] })
  expect(modeOf(files!.key)).toBe('600')
})

it('a missing name is added, for the same key, and names that were added stay', async () => {
  const folder = createFolder()
  const first = await provideDevelopment({ folder, names: ['dev.example'] })
  const second = await provideDevelopment({ folder, names: ['*.b.example', '2001:db8::7'] })
  expect(second.made).toBe('it lacked *.b.example, 2001:db8::7')
  expect(second.key).toBe(first.key)
  expect(second.names).toEqual(
    expect.arrayContaining(['dev.example', '*.b.example', '2001:db8::7']),
  )
  expect((await provideDevelopment({ folder })).made).toBeUndefined()
})

it('force makes a new key, and forgets names', async () => {
  const folder = createFolder()
  const first = await provideDevelopment({ folder, names: ['dev.example'] })
  const second = await provideDevelopment({ folder, force: true })
  expect(second.made).toBe('as asked for')
  expect(second.key).not.toBe(first.key)
  expect(second.names).not.toContain('dev.example')
  expect(isPair(second.certificate, readFileSync(second.files!.key, 'utf8'))).toBe(true)
})

it.each([
  ['that has ended', -10, -1, 'it had ended'],
  ['that ends in a month', -335, 29, 'it ends soon'],
  ['of a few days that ends soon', -7, 3, 'it ends soon'],
  ['whose time has not begun', 1, 90, 'its time had not begun'],
])('a certificate %s is made again', async (_what, from, until, reason) => {
  const folder = createFolder()
  await plant(folder, from, until)
  const made = await provideDevelopment({ folder })
  expect(made.made).toBe(reason)
  expect(made.names).toContain('old.example')
  expect(made.notAfter.getTime()).toBeGreaterThan(Date.now() + 364 * day)
})

it('a certificate that was made for another time is made again only when one is asked for', async () => {
  const folder = createFolder()
  await provideDevelopment({ folder, days: 7 })
  expect((await provideDevelopment({ folder })).made).toBeUndefined()
  expect((await provideDevelopment({ folder, days: 7 })).made).toBeUndefined()
  expect((await provideDevelopment({ folder, days: 90 })).made).toBe('it was not for 90 days')
})

it.each(['certificate', 'key'] as const)(
  'a %s that was written half is made again',
  async (half) => {
    const folder = createFolder()
    const { files } = await provideDevelopment({ folder })
    truncateSync(files![half], 100)
    const made = await provideDevelopment({ folder })
    expect(made.made).toBe('it was damaged')
    expect(isPair(readFileSync(files!.certificate, 'utf8'), readFileSync(files!.key, 'utf8'))).toBe(
      true,
    )
  },
)

it('a key of another kind is replaced', async () => {
  const folder = createFolder()
  const { files } = await provideDevelopment({ folder })
  const { generateKeyPairSync } = await import('node:crypto')
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(files!.key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  expect((await provideDevelopment({ folder })).made).toBe('it was damaged')
  expect((await provideDevelopment({ folder })).made).toBeUndefined()
})

it('what several make at once belongs together, and nothing else is left', async () => {
  const folder = createFolder()
  const force = [false, true, false, true, false, true, false, true]
  const made = await Promise.all(
    force.map((each, index) =>
      provideDevelopment({ folder, force: each, names: [`n${index}.example`] }),
    ),
  )
  for (const each of made) expect(isPair(each.certificate, each.key)).toBe(true)
  const { certificate, key } = filesOf(folder)
  expect(isPair(readFileSync(certificate, 'utf8'), readFileSync(key, 'utf8'))).toBe(true)
  expect(readdirSync(folder).toSorted()).toEqual(['hawser-cert.pem', 'hawser-key.pem'])
})

it('a folder that cannot be made is named with advice', async () => {
  const file = join(createFolder({ file: '' }), 'file')
  await expect(provideDevelopment({ folder: join(file, 'x') })).rejects.toThrow(
    /cannot make the folder .+: ENOTDIR: not a directory: check who may write there, choose .+--out/,
  )
  await expect(provideDevelopment({ folder: file })).rejects.toThrow(/cannot make the folder/)
})

it('one can be had that is kept nowhere', async () => {
  const improvised = await improviseDevelopment({ names: ['dev.example'] })
  expect(improvised.files).toBeUndefined()
  expect(improvised.names).toContain('dev.example')
  expect(isPair(improvised.certificate, improvised.key)).toBe(true)
})
