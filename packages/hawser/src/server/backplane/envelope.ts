import { Buffer } from 'node:buffer'
import { valueOf } from '../../callbacks.js'
import type { BackplaneCodec } from './backplane.js'
import { kindOf } from '../../options/invalid.js'
import type { BroadcastOptions } from '../../connection/server-face.js'

/*
 * What travels between nodes:
 *
 *   1 byte    the form of the rest: 1
 *   1 byte    what the body is (see `kinds`)
 *   1 byte    what happens to members that read too slowly: 0 reset, 1 skip
 *   4 bytes   how many topics follow; none where the topic it was published to says all
 *   for each  2 bytes, then as many bytes of UTF-8
 *   the rest  the body
 */

const form = 1
const kinds = { bytes: 0, text: 1, json: 2, codec: 3 } as const
const headerSize = 7

/** What happens to a member that reads too slowly. */
export type Overflow = NonNullable<BroadcastOptions<never, never>['overflow']>

/** One message between two nodes. */
export interface Envelope<Out> {
  /** To the members of these, each once; empty where the topic it was published to says all. */
  readonly topics: readonly string[]
  readonly message: Out
  readonly overflow: Overflow
}

/** @throws TypeError when the message is no text, no bytes and no JSON, and whatever the codec throws. */
export function encodeEnvelope<Out>(
  { topics, message, overflow }: Envelope<Out>,
  codec: BackplaneCodec<Out> | undefined,
): Uint8Array {
  const [kind, body] =
    codec === undefined
      ? encodeBody(message)
      : ([kinds.codec, valueOf('backplaneCodec.encode', codec.encode(message))] as const)
  const head = topics.reduce((sum, topic) => sum + 2 + Buffer.byteLength(topic), headerSize)
  // In one piece: what is thrown away keeps the memory that it shares with what waits.
  const bytes = Buffer.allocUnsafe(head + Buffer.byteLength(body))
  bytes[0] = form
  bytes[1] = kind
  bytes[2] = overflow === 'skip' ? 1 : 0
  let at = bytes.writeUInt32BE(topics.length, 3)
  for (const topic of topics) {
    const length = bytes.write(topic, at + 2)
    bytes.writeUInt16BE(length, at)
    at += 2 + length
  }
  if (typeof body === 'string') bytes.write(body, at)
  else bytes.set(body, at)
  return bytes
}

/** @throws Error when it was made by another version, by another codec, or is no envelope. */
export function decodeEnvelope<Out>(
  envelope: Uint8Array,
  codec: BackplaneCodec<Out> | undefined,
): Envelope<Out> {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength)
  if (bytes.length < headerSize) throw new Error(`it has ${bytes.length} bytes, too few`)
  if (bytes[0] !== form) {
    throw new Error(
      `its form is ${bytes[0]} and this node reads ${form}: run one version everywhere`,
    )
  }
  const topics: string[] = []
  let at = headerSize
  for (let left = bytes.readUInt32BE(3); left > 0; left -= 1) {
    const end = at + 2 + bytes.readUInt16BE(at)
    topics.push(bytes.toString('utf8', at + 2, end))
    at = end
  }
  const overflow = bytes[2] === 1 ? 'skip' : 'reset'
  return { topics, message: decodeBody(bytes[1], bytes.subarray(at), codec), overflow }
}

function encodeBody(message: unknown): [number, string | Uint8Array] {
  if (typeof message === 'string') return [kinds.text, message]
  if (message instanceof Uint8Array) return [kinds.bytes, message]
  const json = JSON.stringify(message) as string | undefined
  if (json !== undefined) return [kinds.json, json]
  throw new TypeError(`${kindOf(message)} is no text, no bytes and no JSON: pass a backplaneCodec`)
}

function decodeBody<Out>(
  kind: number | undefined,
  body: Buffer,
  codec: BackplaneCodec<Out> | undefined,
): Out {
  if ((kind === kinds.codec) !== (codec !== undefined)) {
    throw new Error('one node has a backplaneCodec and the other has none: give all the same')
  }
  if (codec !== undefined) return valueOf('backplaneCodec.decode', codec.decode(body))
  if (kind === kinds.bytes) return body as Out
  if (kind === kinds.text) return body.toString() as Out
  if (kind === kinds.json) return JSON.parse(body.toString()) as Out
  throw new Error(`its body is of the unknown kind ${kind}`)
}
