import { join } from 'node:path'
import { connect, createClient, lines, type SendProxyOptions } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { hexOf } from '../proxy-protocol/support/headers.js'

forbidStrayErrors()

const source = { address: '203.0.113.7', port: 4711 }
const destination = { address: '198.51.100.1', port: 443 }
const signature = '0d0a0d0a000d0a515549540a'

/** What comes first at a server, when a client sends `hello` behind its header. */
async function firstBytes(
  proxyProtocol: SendProxyOptions,
  path?: string,
): Promise<{ text: string; hex: string; localPort: number | undefined; port: number }> {
  const listener = await ScriptedPeer.listen(path === undefined ? {} : { path })
  onTestFinished(() => listener.close())
  const endpoint = path === undefined ? listener.address : `unix:${path}`
  const client = await connect(endpoint, { framing: lines(), proxyProtocol })
  onTestFinished(() => client.reset())
  await client.send('hello')
  // Neither the header nor its size is the application's.
  expect(client.bytesWritten).toBe(6)
  void client.end()
  const peer = await listener.accept()
  onTestFinished(() => peer.reset())
  const bytes = await peer.receiveAll()
  return {
    text: Buffer.from(bytes).toString('latin1'),
    hex: hexOf([bytes]),
    localPort: client.localPort,
    port: client.remotePort ?? 0,
  }
}

describe('a client that speaks for another', () => {
  it('says so first, in version 1', async () => {
    const { text } = await firstBytes({ version: 1, source, destination })
    expect(text).toBe('PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\nhello\n')
  })

  it('says so first, in version 2, with what else it knows', async () => {
    const { hex } = await firstBytes({ version: 2, source, destination, tlvs: { alpn: 'h2' } })
    expect(hex).toBe(
      `${signature}21110011cb007107c6336401126701bb0100026832${hexOf([Buffer.from('hello\n')])}`,
    )
  })

  it('says who it is itself when nobody else is named', async () => {
    const { text, localPort, port } = await firstBytes({ version: 1 })
    expect(text).toBe(`PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${port}\r\nhello\n`)
  })

  it('says when it speaks for nobody', async () => {
    const two = await firstBytes({ version: 2, local: true })
    expect(two.hex.startsWith(`${signature}20000000`)).toBe(true)
    const one = await firstBytes({ version: 1, local: true })
    expect(one.text).toBe('PROXY UNKNOWN\r\nhello\n')
  })

  it('names paths on a Unix socket', async () => {
    const path = join(createFolder(), 'socket')
    const { hex } = await firstBytes({ version: 2 }, path)
    const name = hexOf([Buffer.from(path)]).padEnd(216, '0')
    expect(hex).toBe(`${signature}213100d8${name}${name}${hexOf([Buffer.from('hello\n')])}`)
  })

  it('says so each time it connects again', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    const client = createClient(listener.address, {
      framing: lines(),
      proxyProtocol: { version: 1, source, destination },
      backoff: { initial: 1, max: 1 },
    })
    onTestFinished(async () => {
      await client.close()
    })
    for (const _ of [1, 2]) {
      const peer = await listener.accept()
      await peer.receives('PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n')
      peer.reset()
    }
  })
})

describe('a header that cannot be sent is refused before anybody is connected to', () => {
  it.each([
    [{ version: 3 }, /proxyProtocol\.version is 3/],
    [{ version: 1, tlvs: { alpn: 'h2' } }, /tlvs are for version 2/],
    [{ version: 2, source: { address: 'localhost' } }, /source is "localhost"/],
    [{ version: 2, destination: { address: '::1', port: -1 } }, /port of destination is -1/],
    [{ version: 2, tlvs: { uniqueId: new Uint8Array(129) } }, /uniqueId has 129 bytes/],
  ])('%j', async (proxyProtocol, problem) => {
    // Nothing listens there: whoever tried it would say so.
    const connecting = connect('tcp://127.0.0.1:1', { proxyProtocol: proxyProtocol as never })
    await expect(connecting).rejects.toThrow(problem)
  })
})
