import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const command = fileURLToPath(new URL('../../../packages/cli/bin/hawser.js', import.meta.url))

/** A certificate and its key, as `hawser cert` makes them. */
export async function createIdentity(): Promise<{ cert: Buffer; key: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-certificate-'))
  try {
    const args = [command, 'cert', '--out', folder, '--json']
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { certificate, key } = JSON.parse(stdout) as { certificate: string; key: string }
    return { cert: await readFile(certificate), key: await readFile(key) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
