import { lines, type Refusal, type ServerOptions } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { expect, it, vi } from 'vitest'
import { attach, type Attached } from '../connection/support/attach.js'
import { turns } from '../connection/support/turns.js'
import { createSecure } from '../server/support/secure.js'
import { make, portOf } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

/** How a connection's end is told: by `closed`, or by `drop` while it was not open yet. */
interface Ending {
  readonly reason: string
  readonly code: string | undefined
}

type Setup = { clock: VirtualClock } & Attached<string, string>

const handler = { message: (): void => undefined }

/** A connection in memory whose peer does what it does until it is over. */
async function end(
  options: Parameters<typeof attach<string, string>>[0],
  behave: (setup: Setup) => Promise<void>,
): Promise<Ending> {
  const clock = new VirtualClock()
  const attached = attach<string, string>({ clock, handler, ...options })
  await behave({ clock, ...attached })
  attached.peer.end()
  const { reason, error } = await attached.connection.closed
  expect(clock.pending).toBe(0)
  return { reason, code: error?.code }
}

/** A server that refuses the peer who behaves so, before there is a connection. */
async function refuse(
  options: Partial<ServerOptions<string, string>>,
  limit: number,
  behave: (peer: ScriptedPeer) => Promise<void>,
  /** The phase in which it is refused, counted from 1. */
  nth = 1,
): Promise<Ending> {
  const clock = new VirtualClock()
  const schedule = vi.spyOn(clock, 'schedule')
  const server = make({ framing: lines(), clock, ...options }, handler)
  await server.listen('127.0.0.1:0')
  const dropped = new Promise<Refusal>((resolve) => {
    server.once('drop', resolve)
  })
  const peer = await ScriptedPeer.connect({ host: '127.0.0.1', port: portOf(server) })
  await behave(peer)
  // Each phase has a timer, and nothing else does before there is a connection.
  await until(() => schedule.mock.calls.length === nth)
  await clock.advance(limit - 1)
  expect(Object.values(server.info().refused)).not.toContain(1)
  await clock.advance(1)
  const { reason, error } = await dropped
  peer.reset()
  return { reason, code: error?.code }
}

/** Send so much, again and again, as long as it is let. */
async function drip({ clock, peer, connection }: Setup, text: string): Promise<void> {
  for (let second = 0; second < 300 && connection.phase === 'open'; second += 1) {
    await peer.send(text)
    await clock.advance(1_000)
  }
}

/** Take a byte of what waits, again and again, as long as it is let. */
async function sip({ clock, peer, connection }: Setup): Promise<void> {
  void connection.send('x'.repeat(10_000))
  await turns()
  for (let second = 0; second < 300 && connection.phase === 'open'; second += 1) {
    peer.startReading()
    await peer.receive(1)
    peer.stopReading()
    await clock.advance(1_000)
  }
}

const proxyProtocol = { mode: 'require', trusted: ['127.0.0.1'] } as const

const deaf = { reading: false, line: { capacity: 10 } } as const

const phases: readonly {
  readonly phase: string
  readonly reason: string
  readonly code: string
  readonly run: () => Promise<Ending>
}[] = [
  {
    phase: 'a PROXY header of which nothing comes',
    reason: 'proxy-header-timeout',
    code: 'HAWSER_PROXY_HEADER_TIMEOUT',
    run: () => refuse({ proxyProtocol }, 5_000, async () => {}),
  },
  {
    phase: 'a PROXY header that stops before its end',
    reason: 'proxy-header-timeout',
    code: 'HAWSER_PROXY_HEADER_TIMEOUT',
    run: () => refuse({ proxyProtocol }, 5_000, (peer) => peer.send('PROXY TCP4 192.0.2.1 ')),
  },
  {
    phase: 'a TLS handshake behind a PROXY header that came in time',
    reason: 'tls-handshake-timeout',
    code: 'HAWSER_TLS_HANDSHAKE_TIMEOUT',
    run: async () =>
      refuse(
        { proxyProtocol, tls: (await createSecure()).tls },
        5_000,
        (peer) => peer.send('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n'),
        2,
      ),
  },
  {
    phase: 'a TLS handshake of which nothing comes',
    reason: 'tls-handshake-timeout',
    code: 'HAWSER_TLS_HANDSHAKE_TIMEOUT',
    run: async () => refuse({ tls: (await createSecure()).tls }, 5_000, async () => {}),
  },
  {
    phase: 'a TLS handshake that stalls in its first message',
    reason: 'tls-handshake-timeout',
    code: 'HAWSER_TLS_HANDSHAKE_TIMEOUT',
    // The beginning of a ClientHello: a handshake record (RFC 8446, section 5.1) of 512 bytes.
    run: async () =>
      refuse({ tls: (await createSecure()).tls }, 5_000, (peer) =>
        peer.send(Uint8Array.of(22, 3, 1, 2, 0, 1)),
      ),
  },
  {
    phase: 'a first byte that does not come',
    reason: 'first-byte-timeout',
    code: 'HAWSER_FIRST_BYTE_TIMEOUT',
    run: () => end({ firstByteTimeout: 2_000 }, ({ clock }) => clock.advance(2_000)),
  },
  {
    phase: 'a frame that is begun and not continued',
    reason: 'frame-timeout',
    code: 'HAWSER_FRAME_TIMEOUT',
    run: () =>
      end({}, async ({ clock, peer }) => {
        await peer.send('half a li')
        await clock.advance(37_500)
      }),
  },
  {
    phase: 'a frame that drips in',
    reason: 'rate-timeout',
    code: 'HAWSER_RATE_TIMEOUT',
    run: () => end({}, (setup) => drip(setup, 'x')),
  },
  {
    phase: 'silence after a message',
    reason: 'idle-timeout',
    code: 'HAWSER_IDLE_TIMEOUT',
    run: () =>
      end({ idleTimeout: 60_000 }, async ({ clock, peer }) => {
        await peer.send('whole\n')
        await clock.advance(75_000)
      }),
  },
  {
    phase: 'a write of which nothing is taken',
    reason: 'write-timeout',
    code: 'HAWSER_WRITE_TIMEOUT',
    run: () =>
      end(deaf, async ({ clock, connection }) => {
        void connection.send('x'.repeat(99))
        await turns()
        await clock.advance(37_500)
      }),
  },
  {
    phase: 'a write that is taken a byte a second',
    reason: 'rate-timeout',
    code: 'HAWSER_RATE_TIMEOUT',
    run: () => end(deaf, sip),
  },
]

it.each(phases.map((each) => [each.phase, each.reason, each] as const))(
  '%s is cut off as %s',
  async (_phase, reason, { run, code }) => {
    expect(await run()).toEqual({ reason, code })
  },
)
