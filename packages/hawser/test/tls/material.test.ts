import { createPrivateKey } from 'node:crypto'
import { join } from 'node:path'
import { createServer } from 'hawser'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { identities } from './support/identities.js'

describe('a file that holds something else', () => {
  it('is named with what it holds and what is missing', async () => {
    const { ca, site } = await identities
    const folder = createFolder({ 'cert.pem': site.cert, 'key.pem': site.key, 'notes.txt': 'hi' })
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const notes = join(folder, 'notes.txt')
    const message = (tls: { cert: string; key: string; ca?: string }): string => {
      try {
        createServer({ tls })
      } catch (error) {
        return (error as Error).message.replaceAll(folder, '.')
      }
      return 'it was taken'
    }
    expect(message({ cert, key, ca })).toBe('it was taken')
    expect(message({ cert: key, key })).toBe(
      'tls.cert names the file "./key.pem", which holds a private key and no certificate: pass the one that does',
    )
    expect(message({ cert, key: cert })).toBe(
      'tls.key names the file "./cert.pem", which holds a certificate and no private key: pass the one that does',
    )
    expect(message({ cert: notes, key })).toMatch(
      /^tls\.cert names the file "\.\/notes\.txt", which is not PEM: /,
    )
    expect(message({ cert: site.key, key })).toMatch(/^tls\.cert holds a private key and no/)
  })

  it('is a key that is encrypted, and its passphrase is missing', async () => {
    const { site } = await identities
    const key = createPrivateKey(site.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'sesame',
    })
    const tls = { cert: site.cert, key: String(key) }
    expect(() => createServer({ tls })).toThrow(
      /^tls\.passphrase is missing, and the key is encrypted \(.+\): pass it, or decrypt the key$/,
    )
    expect(() => createServer({ tls: { ...tls, passphrase: 'sesame' } })).not.toThrow()
  })

  it('is refused as an authority, which would vouch for no one', async () => {
    const { site } = await identities
    expect(() => createServer({ tls: { ...site, ca: site.key } })).toThrow(
      /^tls\.ca holds a private key and no certificate/,
    )
  })
})
