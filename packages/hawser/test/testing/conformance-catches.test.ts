import {
  createPair,
  type PairOptions,
  type Transport,
  transportCases,
  type TransportChunk,
  type TransportSink,
} from 'hawser/testing'
import { describe, expect, it } from 'vitest'

/** What is wrong with a transport: replaces calls, and what its sink is told. */
interface Flaw {
  readonly calls?: (inner: Transport, sink: () => TransportSink) => Partial<Transport>
  readonly pushes?: (sink: TransportSink) => Partial<TransportSink>
  readonly options?: PairOptions
}

/** A transport that does as `inner` does, but for its flaw. */
function spoil(inner: Transport, { calls, pushes }: Flaw): Transport {
  let sink: TransportSink | undefined
  const sound: Transport = {
    get capabilities() {
      return inner.capabilities
    },
    get unsent() {
      return inner.unsent
    },
    get addresses() {
      return inner.addresses
    },
    start: (given) => {
      const told: TransportSink = {
        received: (bytes, borrowed, headroom) => given.received(bytes, borrowed, headroom),
        peerEnded: () => given.peerEnded(),
        wrote: () => given.wrote(),
        gone: (error) => given.gone(error),
      }
      sink = { ...told, ...pushes?.(given) }
      inner.start(sink)
    },
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    write: (chunks) => inner.write(chunks),
    end: () => inner.end(),
    reset: () => inner.reset(),
    close: () => inner.close(),
    ref: () => inner.ref(),
    unref: () => inner.unref(),
  }
  const replaced = calls?.(inner, () => sink as TransportSink) ?? {}
  return Object.defineProperties(sound, Object.getOwnPropertyDescriptors(replaced))
}

/** Run one case of the suite over a pair with a flaw at both ends. */
async function runFlawed(name: string, flaw: Flaw, deadline?: number): Promise<void> {
  const found = transportCases().find((each) => each.name === name)
  if (found === undefined) throw new Error(`the suite has no case '${name}'`)
  await found.run(async () => {
    const [left, right] = createPair(flaw.options)
    const dispose = async (): Promise<void> => {
      left.reset()
      right.reset()
    }
    return { left: spoil(left, flaw), right: spoil(right, flaw), dispose }
  }, deadline)
}

function flipLast(chunks: readonly TransportChunk[]): TransportChunk[] {
  return chunks.map((chunk) => {
    const bytes = Buffer.from(chunk)
    const last = bytes.length - 1
    bytes[last] = (bytes[last] ?? 0) ^ 1
    return bytes
  })
}

const flaws: Record<string, [string, Flaw]> = {
  'changes a byte': [
    '65536 bytes arrive whole and in order',
    { calls: (inner) => ({ write: (chunks) => inner.write(flipLast(chunks)) }) },
  ],
  'ignores pause': [
    'pause stops data and resume loses nothing',
    { calls: () => ({ pause: () => undefined }) },
  ],
  'pushes on after a pause in received': [
    'pause from inside received stops the very next push',
    { calls: () => ({ pause: () => undefined }), options: { chunkSize: 1_000 } },
  ],
  'pushes from inside resume': [
    'pause and resume, called twice or in one turn, are harmless',
    {
      calls: (inner, sink) => ({
        resume: () => {
          sink().received(new Uint8Array(1), false, 0)
          inner.resume()
        },
      }),
    },
  ],
  'calls borrowed bytes owned': [
    'bytes that the reader owns do not change afterwards',
    { pushes: (sink) => ({ received: (bytes) => sink.received(bytes, false, 0) }) },
  ],
  'promises headroom that is not there': [
    'headroom may be overwritten',
    {
      pushes: (sink) => ({ received: (bytes) => sink.received(bytes.slice(), false, 1_024) }),
      options: { borrowed: false },
    },
  ],
  'borrows without saying so': [
    'text arrives as UTF-8',
    {
      calls: (inner) => ({ capabilities: { ...inner.capabilities, borrowedReads: false } }),
    },
  ],
  'takes any write at once': [
    'a write beyond all buffers waits for the reader',
    { options: { capacity: Infinity } },
  ],
  'says wrote twice': [
    'wrote comes once for each write that waited',
    { pushes: (sink) => ({ wrote: () => [sink.wrote(), sink.wrote()] }) },
  ],
  'shows no progress though it declares it': [
    'unsent falls while a write is under way',
    { calls: (inner) => ({ ...fixedUnsent(inner) }) },
  ],
  'pushes bytes after the end': [
    'end is seen after all data',
    {
      pushes: (sink) => ({
        peerEnded: () => {
          sink.peerEnded()
          sink.received(new Uint8Array(1), false, 0)
        },
      }),
    },
  ],
  'says gone twice': [
    'calls after gone are harmless',
    { pushes: (sink) => ({ gone: (error) => [sink.gone(error), sink.gone(error)] }) },
  ],
  'hides a reset': [
    'reset is seen by the peer as an error, once',
    { pushes: (sink) => ({ gone: () => sink.gone(undefined) }) },
  ],
  'makes an error of an orderly end': [
    'when both have ended both are closed without an error',
    { pushes: (sink) => ({ gone: () => sink.gone(new Error('made up')) }) },
  ],
  'ends twice': [
    'end called again changes nothing',
    { pushes: (sink) => ({ peerEnded: () => [sink.peerEnded(), sink.peerEnded()] }) },
  ],
  'names its ends differently': [
    'both ends are named alike from either side',
    { calls: (inner) => ({ addresses: { ...inner.addresses, remote: inner.addresses.local } }) },
  ],
}

/** `unsent` as it was when the write was made, until all of it is gone. */
function fixedUnsent(inner: Transport): Partial<Transport> {
  let most = 0
  return {
    get unsent() {
      most = inner.unsent === 0 ? 0 : Math.max(most, inner.unsent)
      return most
    },
  }
}

describe('the conformance suite finds a transport that', () => {
  it.each(Object.entries(flaws))('%s', async (_name, [name, flaw]) => {
    await expect(runFlawed(name, flaw)).rejects.toMatchObject({ name: 'AssertionError' })
  })

  it('is sound behind the same wrapper, so that it is the flaw that is found', async () => {
    for (const each of transportCases()) await runFlawed(each.name, {})
  })

  it('does nothing, and says at the deadline how far it came', async () => {
    const flaw: Flaw = { calls: () => ({ end: () => undefined }) }
    await expect(runFlawed('end is seen after all data', flaw, 1_000)).rejects.toThrow(
      /^not done: left has 0 bytes in 0 pushes.*right has 1048576 bytes .* 0 ends/,
    )
  })
})
