import { readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { connect, createServer, type HawserError, lines, type Server } from 'hawser'
import { describe, expect, it } from 'vitest'
import type { Pair } from '../../../../test/support/certificates.js'
import { createFolder } from '../../../../test/support/folders.js'
import { closeAtEnd, portOf } from '../server/support/serving.js'
import { identities } from './support/identities.js'
import { serveTls } from './support/serving.js'

/** The subject of the certificate that a port shows. */
async function subjectAt(port: number): Promise<string | undefined> {
  const { ca } = await identities
  const client = await connect(`tls://127.0.0.1:${port}`, { framing: lines(), tls: { ca } })
  await client.close()
  return client.tls?.peerCertificate?.subject
}

/** Fulfils when the port shows the certificate of `subject`. */
async function shows(port: number, subject: string): Promise<void> {
  await expect.poll(() => subjectAt(port), { timeout: 60_000, interval: 50 }).toBe(subject)
}

interface Watched {
  server: Server
  port: number
  cert: string
  key: string
  errors: HawserError[]
  put(pair: Pair): void
}

/** A server whose certificate is in files that are watched. */
async function watch(): Promise<Watched> {
  const { site } = await identities
  const folder = createFolder({ 'cert.pem': site.cert, 'key.pem': site.key })
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const errors: HawserError[] = []
  const server = createServer({
    tls: { cert, key, watch: true },
    onError: (error) => void errors.push(error),
  })
  closeAtEnd(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const put = (pair: Pair): void => {
    for (const [file, text] of [
      [cert, pair.cert],
      [key, pair.key],
    ] as const) {
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
    }
  }
  return { server, port: portOf(server), cert, key, errors, put }
}

describe('setTls', () => {
  it('is for new connections, and those that are open go on', async () => {
    const { ca, renewed } = await identities
    const { server, port } = await serveTls()
    const held = await connect(`tls://localhost:${port}`, { framing: lines(), tls: { ca } })
    expect(await subjectAt(port)).toBe('CN=site')
    server.setTls(renewed)
    expect(await subjectAt(port)).toBe('CN=renewed')
    await held.send('still here')
    expect((await held[Symbol.asyncIterator]().next()).value).toBe('STILL HERE')
    expect(held.tls?.peerCertificate?.subject).toBe('CN=site')
    await held.close()
  })

  it('keeps what there was when the new parts do not fit together', async () => {
    const { renewed, site } = await identities
    const { server, port } = await serveTls()
    expect(() => server.setTls({ cert: renewed.cert, key: site.key })).toThrow(
      /the key does not belong to the certificate/,
    )
    expect(() => server.setTls({ cert: renewed.cert })).toThrow(/needs a key and a cert/)
    expect(await subjectAt(port)).toBe('CN=site')
  })

  it('may ask for more of clients from then on', async () => {
    const { ca, site } = await identities
    const { server, port, refusal } = await serveTls()
    server.setTls({ ...site, ca, clientCertificate: 'require' })
    const client = await connect(`tls://localhost:${port}`, { framing: lines(), tls: { ca } })
    expect((await refusal).reason).toBe('tls-handshake-failed')
    await client.closed
  })

  it('swaps under a stream of connections, none of which is lost', async () => {
    const { ca, renewed, site } = await identities
    const { server, port } = await serveTls()
    const subjects = new Set<string | undefined>()
    const visit = async (index: number): Promise<void> => {
      if (index % 5 === 0) server.setTls(Math.floor(index / 20) % 2 === 0 ? renewed : site)
      const client = await connect(`tls://localhost:${port}`, { framing: lines(), tls: { ca } })
      await client.send(`ahoy ${index}`)
      expect((await client[Symbol.asyncIterator]().next()).value).toBe(`AHOY ${index}`)
      subjects.add(client.tls?.peerCertificate?.subject)
      await client.close()
    }
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => visit(round * 20 + index)))
    }
    expect(subjects).toEqual(new Set(['CN=site', 'CN=renewed']))
    expect(server.info()).toMatchObject({ accepted: 100 })
    expect(server.info().refused['tls-handshake-failed']).toBe(0)
  })
})

describe('files that are watched', () => {
  it('are read again when they were replaced', async () => {
    const { renewed } = await identities
    const { port, put } = await watch()
    put(renewed)
    await shows(port, 'CN=renewed')
  })

  it('are watched when setTls names them while the server listens', async () => {
    const { renewed } = await identities
    const { server, cert, key } = await watch()
    const { port, server: other } = await serveTls()
    await server.close({ drain: 0 })
    other.setTls({ cert, key, watch: true })
    expect(await subjectAt(port)).toBe('CN=site')
    writeFileSync(cert, renewed.cert)
    writeFileSync(key, renewed.key)
    await shows(port, 'CN=renewed')
  })

  it('that are half written are reported and not used, until they are whole', async () => {
    const { renewed } = await identities
    const { port, cert, errors, put } = await watch()
    writeFileSync(cert, renewed.cert.slice(0, 300))
    await expect.poll(() => errors.length, { timeout: 60_000 }).toBeGreaterThan(0)
    expect(errors[0]).toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
      message: expect.stringMatching(
        /^tls cannot be used: the PEM is damaged, or half written/,
      ) as string,
    })
    expect(await subjectAt(port)).toBe('CN=site')
    put(renewed)
    await shows(port, 'CN=renewed')
  })

  it('of which only one was replaced are reported and not used', async () => {
    const { renewed } = await identities
    const { port, cert, key, errors } = await watch()
    writeFileSync(cert, renewed.cert)
    await expect.poll(() => errors.length, { timeout: 60_000 }).toBeGreaterThan(0)
    expect(errors[0]?.message).toMatch(/the key does not belong to the certificate/)
    expect(await subjectAt(port)).toBe('CN=site')
    writeFileSync(key, renewed.key)
    await shows(port, 'CN=renewed')
  })

  it('that vanish are reported, and taken up when they are back', async () => {
    const { renewed } = await identities
    const { port, key, cert, errors } = await watch()
    unlinkSync(key)
    await expect.poll(() => errors.length, { timeout: 60_000 }).toBeGreaterThan(0)
    expect(errors[0]?.message).toMatch(/tls\.key names the file .+ which cannot be read: ENOENT/)
    expect(await subjectAt(port)).toBe('CN=site')
    writeFileSync(cert, renewed.cert)
    writeFileSync(key, renewed.key)
    await shows(port, 'CN=renewed')
  })

  it('are followed through a link that is swapped above them', async () => {
    const { renewed, site, ca } = await identities
    const folder = createFolder({
      'one/cert.pem': site.cert,
      'one/key.pem': site.key,
      'two/cert.pem': renewed.cert,
      'two/key.pem': renewed.key,
      'ca.pem': ca,
    })
    symlinkSync('one', join(folder, 'now'))
    const server = createServer({
      tls: { cert: join(folder, 'now/cert.pem'), key: join(folder, 'now/key.pem'), watch: true },
    })
    closeAtEnd(server)
    await server.listen({ host: '127.0.0.1', port: 0 })
    symlinkSync('two', join(folder, 'next'))
    renameSync(join(folder, 'next'), join(folder, 'now'))
    await shows(portOf(server), 'CN=renewed')
    expect(readFileSync(join(folder, 'now/cert.pem'), 'utf8')).toBe(renewed.cert)
  })
})

describe('a key without its frame', () => {
  it.each([false, true])('is in no error (watched: %s)', async (watched) => {
    const { site } = await identities
    const body = site.key.replace(/-----[^-]+-----/g, '').trim()
    for (const key of [body, body.replaceAll('\n', ''), body.repeat(50)]) {
      const error = await Promise.resolve()
        .then(() => createServer({ tls: { cert: site.cert, key, watch: watched } }))
        .catch((failure: HawserError) => failure)
      expect(error).toMatchObject({
        code: 'HAWSER_INVALID_OPTION',
        message: expect.stringContaining('neither PEM'),
      })
      expect(inspect(error)).not.toContain(body.slice(0, 20))
    }
  })
})
