import { Duplex } from 'node:stream'
import { attach, lines } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'

// A piece that arrives may lie in memory that is much larger: Node.js 26 puts the records of TLS side by side
// into pieces of 64 KiB. The few bytes that wait of it must not keep all of that.

const slabSize = 64 * 1024
const part = 'a part of a line'
const many = 'a line of some length\n'.repeat(100)

function pieceOf(text: string): Uint8Array {
  const slab = Buffer.alloc(slabSize)
  slab.write(text, slabSize - text.length, 'latin1')
  return slab.subarray(slabSize - text.length)
}

it.each([
  ['a part of a line', 'a handler', part],
  ['a part of a line', 'a connection that is paused', part],
  ['lines and a part of one', 'a handler', many + part],
  ['lines', 'a connection that is paused', many],
])('of %s, %s does not keep the memory around it', async (_what, who, text) => {
  const handler = { message: (): void => undefined }
  const streams = Array.from(
    { length: 100 },
    () => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }),
  )
  const connections = streams.map((stream) => attach(stream, { framing: lines(), handler }))
  onTestFinished(() => {
    for (const connection of connections) connection.reset()
  })
  if (who !== 'a handler') for (const connection of connections) connection.pause()
  const before = await usedMemory()
  for (const stream of streams) stream.push(pieceOf(text))
  while (connections.some(({ bytesRead }) => bytesRead < text.length)) {
    await new Promise(setImmediate)
  }
  // What a connection takes at its first message is less than half of a slab.
  expect(((await usedMemory()) - before) / connections.length).toBeLessThan(slabSize / 2)
})
