import { type Connection, lines, type Refusal, type Server, type ServerOptions } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

/** A server behind a proxy on this machine, which can claim any address for its clients. */
class Guarded {
  readonly drops: Refusal[] = []
  readonly peers: ScriptedPeer[] = []
  readonly #server: Server<string, string>

  private constructor(server: Server<string, string>) {
    this.#server = server
    server.on('drop', (refusal) => this.drops.push(refusal))
    onTestFinished(() => this.leave())
  }

  static async start(options: ServerOptions<string, string>): Promise<Guarded> {
    const proxyProtocol = { mode: 'require', trusted: ['127.0.0.1'] } as const
    const handler = {
      message: (connection: Connection<string, string>, line: string): void => {
        void connection.send(line)
      },
    }
    return new Guarded(await serve({ framing: lines(), proxyProtocol, ...options }, handler))
  }

  /** Whether a client of this address is let in; it stays. */
  async admits(family: 'TCP4' | 'TCP6', address: string): Promise<boolean> {
    const { accepted } = this.#server.info()
    const dropped = this.drops.length
    const peer = await ScriptedPeer.connect(this.#server.address())
    this.peers.push(peer)
    const ours = family === 'TCP4' ? '198.51.100.1' : '2001:db8::1'
    await peer.send(`PROXY ${family} ${address} ${ours} 4000 5000\r\n`)
    await until(() => this.drops.length > dropped || this.#server.info().accepted > accepted)
    return this.drops.length === dropped
  }

  /** All go. */
  async leave(): Promise<void> {
    for (const peer of this.peers.splice(0)) peer.reset()
    await until(() => this.#server.connections.size === 0)
  }
}

/** The ways to write 192.0.2.7. */
const spellings = [
  ['TCP4', '192.0.2.7'],
  ['TCP6', '::ffff:192.0.2.7'],
  ['TCP6', '::ffff:c000:207'],
  ['TCP6', '::FFFF:C000:0207'],
  ['TCP6', '0:0:0:0:0:ffff:c000:207'],
] as const

describe('a peer with very many addresses', () => {
  it('has as many connections as one, while they are of one /64 network', async () => {
    const guarded = await Guarded.start({ maxPerAddress: 10 })
    let admitted = 0
    for (let host = 1; host <= 100; host += 1) {
      const address = `2001:db8:0:1:${(host * 601).toString(16)}:${host.toString(16)}::1`
      if (await guarded.admits('TCP6', address)) admitted += 1
    }
    expect(admitted).toBe(10)
    expect(new Set(guarded.drops.map(({ reason }) => reason))).toEqual(new Set(['per-address']))
    expect(await guarded.admits('TCP6', '2001:db8:0:2::1')).toBe(true)
    await guarded.leave()
    expect(await guarded.admits('TCP6', '2001:db8:0:1::1')).toBe(true)
  })

  it('connects as often as one, while they are of one /64 network', async () => {
    const clock = new VirtualClock()
    const guarded = await Guarded.start({ connectRate: { perSecond: 1, burst: 5 }, clock })
    const come = async (): Promise<number> => {
      let admitted = 0
      for (let host = 1; host <= 20; host += 1) {
        if (await guarded.admits('TCP6', `2001:db8::${host.toString(16)}`)) admitted += 1
      }
      return admitted
    }
    expect(await come()).toBe(5)
    await clock.advance(3_000)
    expect(await come()).toBe(3)
  })
})

describe('an IPv4 address that is written as IPv6', () => {
  it.each(spellings)('is denied as itself: %s %s', async (family, address) => {
    const guarded = await Guarded.start({ deny: ['192.0.2.0/24'] })
    expect(await guarded.admits(family, address)).toBe(false)
    expect(guarded.drops).toMatchObject([{ reason: 'denied' }])
  })

  it.each(spellings)('is not let in as IPv6: %s %s', async (family, address) => {
    const guarded = await Guarded.start({ allow: ['::/0'] })
    expect(await guarded.admits(family, address)).toBe(false)
  })

  it('is counted as itself', async () => {
    const guarded = await Guarded.start({ maxPerAddress: 2 })
    const admitted: boolean[] = []
    for (const [family, address] of spellings) admitted.push(await guarded.admits(family, address))
    expect(admitted).toEqual([true, true, false, false, false])
  })

  it('has the rate of itself', async () => {
    const clock = new VirtualClock()
    const guarded = await Guarded.start({ connectRate: { perSecond: 0.1, burst: 3 }, clock })
    const admitted: boolean[] = []
    for (const [family, address] of spellings) admitted.push(await guarded.admits(family, address))
    expect(admitted).toEqual([true, true, true, false, false])
  })
})
