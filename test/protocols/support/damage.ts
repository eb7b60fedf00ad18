import fc from 'fast-check'
import { connect, raw, type Server } from 'hawser'
import type { MemoryNetwork } from 'hawser/testing'
import { expect } from 'vitest'

/** One thing that is done to a stream of bytes: at which place, with how many bytes, in which way. */
type Wound = readonly [kind: number, at: number, size: number, bytes: Uint8Array]

const wound: fc.Arbitrary<Wound> = fc.tuple(
  fc.nat(3),
  fc.nat(),
  fc.integer({ min: 1, max: 12 }),
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
)

/** Conversations of a good peer with a few bytes changed, lost, added or repeated, in pieces. */
export function damaged(streams: readonly Uint8Array[]): fc.Arbitrary<Uint8Array[]> {
  return fc
    .tuple(
      fc.constantFrom(...streams),
      fc.array(wound, { maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 4 }),
    )
    .map(([stream, wounds, sizes]) => cut(wounds.reduce(hurt, stream), sizes))
}

function hurt(stream: Uint8Array, [kind, place, size, bytes]: Wound): Uint8Array {
  const at = place % (stream.length + 1)
  const front = stream.subarray(0, at)
  if (kind === 0) return Buffer.concat([front, bytes, stream.subarray(at + bytes.length)])
  if (kind === 1) return Buffer.concat([front, stream.subarray(at + size)])
  if (kind === 2) return Buffer.concat([front, bytes, stream.subarray(at)])
  return Buffer.concat([front, stream.subarray(Math.max(0, at - size))])
}

function cut(stream: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(stream.slice(at, at + size))
    at += size
  }
  return pieces
}

/**
 * Says these pieces to a server and ends, as a client of its own.
 *
 * @returns why the server's side of it ended
 */
export async function say<In, Out>(
  server: Server<In, Out>,
  network: MemoryNetwork,
  pieces: readonly Uint8Array[],
): Promise<string> {
  const accepted = new Promise<string>((resolve) => {
    server.once('connection', (connection) => {
      void connection.closed.then(({ reason }) => resolve(reason))
    })
  })
  const client = await connect(server.address(), { network, framing: raw() })
  for (const piece of pieces) {
    // The server may have refused what came before.
    await client.send(piece).catch(() => {})
    await new Promise(setImmediate)
  }
  await client.end().catch(() => {})
  // What it replies is of no interest here, nor that it resets the connection.
  await client.close()
  return accepted
}

/** Why a server may end a connection whose peer speaks badly: a code of a framing, or an end in order. */
export function expectOrderly(reason: string, ...others: readonly string[]): void {
  expect(['ended', 'frame-malformed', 'frame-truncated', 'frame-too-large', ...others]).toContain(
    reason,
  )
}
