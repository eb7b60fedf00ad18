import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerInfo } from 'hawser'
import { createAuthority, type Pair } from '../../support/certificates.js'
import { Callers } from '../support/callers.js'
import type { Fault, Finding } from '../support/fault.js'
import { describeLoss, type EntryState, format, settle } from '../support/ledger.js'
import type { Program } from '../support/program.js'
import type { Stage } from '../support/stage.js'
import { Talker } from '../support/talker.js'

const established = 20

/** Certificate files are replaced under load: well, half written, and by a link above them. */
export const certificates: Fault = {
  name: 'certificates',
  title: 'certificate files are replaced under load',
  run: replaceFiles,
}

async function replaceFiles(stage: Stage): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-certificates-'))
  stage.defer(() => rmSync(folder, { recursive: true, force: true }))
  const authority = await createAuthority('Hawser faults')
  const issue = (): Promise<Pair> => authority.issue({ name: 'fault', names: ['127.0.0.1'] })
  const files = new Files(folder, await issue())

  const tls = { ...files.names, watch: true }
  const server = await stage.start('lines-server', { args: [JSON.stringify({ tls })] })
  const { port } = (await server.ready) as { port: number }
  const endpoint = `tls://127.0.0.1:${port}`
  const trust = { tls: { ca: authority.cert } }
  const talkers: Talker[] = []
  for (let i = 0; i < established; i += 1) {
    talkers.push(await Talker.start(endpoint, `established-${i}`, trust))
  }
  const callers = new Callers(endpoint, trust, stage.short ? 4 : 8)
  stage.defer(() => callers.stop())
  await stage.until(() => callers.fingerprints.size === 1, 'the first certificate is seen')

  const rounds = stage.short ? 1 : 4
  const seen = { changes: 0, torn: 0 }
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ['rename', 'tear', 'relink'] as const) {
      const known = callers.fingerprints.size
      const errors = (await info(server)).errors.length
      stage.say(`replacement ${seen.changes + 1} of ${rounds * 3}`)
      const isReported = async (): Promise<void> => {
        seen.torn += 1
        await stage.until(
          async () => (await info(server)).errors.length > errors,
          'the half-written file is reported',
        )
      }
      await files[way](await issue(), isReported)
      const isNew = (): boolean => callers.fingerprints.size > known
      if (await stage.until(isNew, 'a new certificate is seen')) seen.changes += 1
      stage.expect(
        callers.fingerprints.size === known + 1,
        'more certificates are seen than there are',
      )
    }
  }

  await callers.stop()
  const infos = await Promise.all(talkers.map((talker) => talker.stop()))
  const broken = infos.filter(({ reason }) => reason !== 'ended')
  stage.expect(broken.length === 0, `${broken.length} established ended as ${broken[0]?.reason}`)
  stage.expect(
    callers.failures.length === 0,
    `${callers.failures.length} of the new connections failed: ${callers.failures[0]}`,
  )
  const accounts = [...talkers.map(({ account }) => account.state), ...callers.accounts]
  const settlement = settle(accounts, await server.ask<EntryState[]>('book'))
  for (const problem of settlement.problems.slice(0, 10)) stage.expect(false, problem)
  const { errors, refused } = await info(server)
  stage.expect(
    refused['tls-handshake-failed'] === 0,
    `${refused['tls-handshake-failed']} handshakes failed`,
  )
  return {
    did:
      `${seen.changes} replacements seen, ${seen.torn} of them half written for a while (${errors.length} reports), ` +
      `under ${established} established clients and ${format(callers.accounts.length)} new connections, of which ${callers.failures.length} failed`,
    lost: describeLoss(settlement),
  }
}

function info(server: Program): Promise<ServerInfo & { errors: string[] }> {
  return server.ask('info')
}

/** A key and a certificate in files, behind a link to their folder. */
class Files {
  readonly #folder: string
  #version = 0

  constructor(folder: string, pair: Pair) {
    this.#folder = folder
    this.#fill(pair)
    symlinkSync('0', join(folder, 'current'))
  }

  get names(): { key: string; cert: string } {
    return { key: this.#name('current/key.pem'), cert: this.#name('current/cert.pem') }
  }

  /** One after the other, each at once: between the two they do not fit together. */
  async rename({ key, cert }: Pair, _isReported: () => Promise<void>): Promise<void> {
    for (const [name, text] of [
      ['key', key],
      ['cert', cert],
    ] as const) {
      writeFileSync(this.#name('new.pem'), text)
      renameSync(this.#name('new.pem'), this.#name(`current/${name}.pem`))
    }
  }

  /** In place, and the certificate's second half comes only when somebody has noticed. */
  async tear({ key, cert }: Pair, isReported: () => Promise<void>): Promise<void> {
    writeFileSync(this.names.key, key)
    writeFileSync(this.names.cert, cert.slice(0, cert.length / 2))
    await isReported()
    writeFileSync(this.names.cert, cert)
  }

  /** Both at once, by a link to another folder, as orchestrators do it. */
  async relink(pair: Pair, _isReported: () => Promise<void>): Promise<void> {
    this.#version += 1
    this.#fill(pair)
    symlinkSync(String(this.#version), this.#name('next'))
    renameSync(this.#name('next'), this.#name('current'))
  }

  #fill({ key, cert }: Pair): void {
    const folder = this.#name(String(this.#version))
    mkdirSync(folder)
    writeFileSync(join(folder, 'key.pem'), key)
    writeFileSync(join(folder, 'cert.pem'), cert)
  }

  #name(path: string): string {
    return join(this.#folder, path)
  }
}
