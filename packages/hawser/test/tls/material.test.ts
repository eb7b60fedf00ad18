import { createPrivateKey } from 'node:crypto'
import { join } from 'node:path'
import { createServer } from 'hawser'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { identities } from './support/identities.js'

// One key of nothing, encrypted with `sesame` twice. An empty passphrase decrypts the first of them to
// something that ends as it should, and so does the passphrase `wrong` the second one: OpenSSL then says
// of what came out that it is no key, and not that it was not decrypted.
const unlucky = {
  empty: `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgoPci6/18XuAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEEmPAiDPBd3bziVYK3fgXswEgZDx
s7dOhdGbbbP9JxRwCz0yfheEeZHIpmVlMxrOhC0IUpSkPVFiFXSfJcpTTXf6rnwH
vkKgnlwFHKrIRhLL91Cg+Xt24Hf23VHMMLo6BFLJMdlNyeEVo+m8vS/eVPELC3xQ
ofxEefJWMsWdCSsw7LOIOKNt3TRShhVpR+veoM6Lg6HioxDuv2WajFfHMZvqtNc=
-----END ENCRYPTED PRIVATE KEY-----
`,
  wrong: `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAipv+ucSwa9VAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECHS7wqIGFfoVHfhzbIs//AEgZDu
6SE8oREkl8FfwoooP+BiakW2+s0s8pS/o5WArflYHpxQ9VYDz+RjQlVDIPwZhCfI
Gz6vsvk6exaCPfYjMNV15CVly48/mG8u9vxEqQlv8N8EuHpBfGtJ+nudXzBX8ry6
DQemt70P/z+M5BJhqM4NODhoeXTqKOCEBu7dDvy3q+LZ0+8nun6Q8dZa/TEurxI=
-----END ENCRYPTED PRIVATE KEY-----
`,
}

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

  it.each([
    ['is missing', unlucky.empty, {}, /^tls\.passphrase is missing, and the key is encrypted \(/],
    ['is wrong', unlucky.wrong, { passphrase: 'wrong' }, /^tls .*: the passphrase is wrong \(/],
  ])('is an encrypted key whose passphrase %s, by chance one of a good form', async (...row) => {
    const [, key, rest, message] = row
    const { cert } = (await identities).site
    expect(() => createServer({ tls: { cert, key, ...rest } })).toThrow(message)
  })

  it('is refused as an authority, which would vouch for no one', async () => {
    const { site } = await identities
    expect(() => createServer({ tls: { ...site, ca: site.key } })).toThrow(
      /^tls\.ca holds a private key and no certificate/,
    )
  })
})
