import { createPair, transportCases, type TransportPair } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { type ByteStream, transportOver } from '../../src/attached/byte-stream.js'
import { systemClock } from '../../src/connection/time/system-clock.js'
import { duplexPair } from './support/duplex-pair.js'
import { netPair, type Pair, tlsPair, webPair } from './support/pairs.js'

function over({ left, right, stop }: Pair<ByteStream>): TransportPair {
  const ends = {
    left: transportOver(left, 'stream', systemClock),
    right: transportOver(right, 'stream', systemClock),
  }
  const dispose = async (): Promise<void> => {
    ends.left.reset()
    ends.right.reset()
    stop()
  }
  return { ...ends, dispose }
}

function makeDuplexPair(): Pair<ByteStream> {
  const [left, right] = duplexPair()
  return { left, right, stop: () => undefined }
}

function makeOwnPair(): Pair<ByteStream> {
  const [left, right] = createPair()
  return { left, right, stop: () => undefined }
}

const kinds: readonly [string, () => Pair<ByteStream> | Promise<Pair<ByteStream>>][] = [
  ['a duplex in memory', makeDuplexPair],
  ['a pair of WHATWG streams', webPair],
  ['a socket made elsewhere', netPair],
  ['a TLS socket made elsewhere', tlsPair],
  ["a transport of one's own", makeOwnPair],
]

/** They need a write that is taken at once, which these streams never do. */
const presumesTaking = new Set([
  'a write beyond all buffers waits for the reader',
  'unsent falls while a write is under way',
])

/** Of what Node.js takes at once under TLS it says so a turn later, and a loop in one turn writes once. */
const presumesMany = 'writes to a peer that has gone are not taken for ever'

describe.each(kinds)('%s', (name, make) => {
  const hasReset = name === 'a socket made elsewhere' || name === "a transport of one's own"
  for (const each of transportCases()) {
    if (!hasReset && presumesTaking.has(each.name)) continue
    if (name.startsWith('a TLS') && each.name === presumesMany) continue
    it.runIf(each.requires !== 'reset' || hasReset)(each.name, async () => {
      await each.run(async () => over(await make()))
    })
  }

  it('declares what its kind can do', async () => {
    const pair = over(await make())
    expect(pair.left.capabilities.reset).toBe(hasReset)
    expect(pair.left.capabilities.halfClose).toBe(true)
    await pair.dispose()
  })
})
