import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { provideDevelopment } from '../../src/certificate/development.js'

const run = promisify(execFile)

itPeer(
  'openssl',
  'openssl finds it good for its names, and for nothing but a server',
  async (openssl) => {
    const { files } = await provideDevelopment({ folder: createFolder(), names: ['*.b.example'] })
    const { certificate } = files!
    const verify = async (...words: string[]): Promise<string> => {
      try {
        const all = ['verify', '-CAfile', certificate, '-x509_strict', ...words, certificate]
        return (await run(openssl, all)).stdout
      } catch (error) {
        return (error as { stderr: string }).stderr
      }
    }
    expect(await verify('-purpose', 'sslserver', '-verify_hostname', 'x.b.example')).toMatch(
      /: OK\n/,
    )
    expect(await verify('-purpose', 'sslserver', '-verify_ip', '::1')).toMatch(/: OK\n/)
    expect(await verify('-purpose', 'sslserver', '-verify_hostname', 'other.example')).toMatch(
      /hostname mismatch/i,
    )
    expect(await verify('-purpose', 'sslclient')).not.toMatch(/: OK\n/)
  },
)
