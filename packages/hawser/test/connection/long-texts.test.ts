import { Buffer } from 'node:buffer'
import { raw } from 'hawser'
import { expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { turns } from './support/turns.js'

// Long text is encoded where it waits, before it is known how many bytes it takes: blocks are of 4, 8
// and 16 KiB, and what does not fit into the rest of one must not be cut.
const characters = { ascii: 'a', 'of two bytes': 'é', 'of three': '€', 'of four': '🚢' }
const sizes = [2_047, 2_048, 4_091, 4_092, 4_093, 4_096, 5_461, 8_188, 16_379, 16_380, 16_384]
/** How much waits in front of it: none, and as much as leaves it an odd place. */
const fronts = ['', 'x', 'x'.repeat(1_023), 'é'.repeat(1_001)]

for (const [kind, character] of Object.entries(characters)) {
  it(`long text of characters ${kind} leaves whole, whatever waits beside it`, async () => {
    for (const size of sizes) {
      for (const front of fronts) {
        const { connection, peer } = attach({ highWaterMark: 256 * 1024 })
        const text = character.repeat(size / character.length)
        const all = [front, text, `${text}a`, 'é', text]
        for (const each of all) void connection.send(each)
        const expected = Buffer.from(all.map((each) => `${each}\n`).join(''))
        expect(connection.unsent).toBe(expected.length)
        expect(expected.equals(await peer.receive(expected.length))).toBe(true)
        connection.reset()
      }
    }
  })
}

it('text that fills the rest of a block to the last byte is not taken for all of it', async () => {
  const [block, first] = [4_096, 1_000]
  // As many bytes as there are characters fit, and half of the characters are left.
  for (let size = 2_048; size <= block - first; size += 1) {
    const { connection, peer } = attach({ framing: raw() })
    const front = new Uint8Array(block - size)
    void connection.send(front)
    void connection.send('é'.repeat(size))
    const total = front.length + 2 * size
    expect(connection.unsent).toBe(total)
    const received = Buffer.from(await peer.receive(total))
    expect(received.toString('utf8', front.length)).toBe('é'.repeat(size))
    connection.reset()
  }
})

it('half a character at the end of long text never joins what follows it', async () => {
  const { connection, peer } = attach({ framing: raw() })
  const [high = '', low = ''] = Array.from({ length: 2 }, (_, at) => '🚢'.charAt(at))
  const text = 'a'.repeat(3_000) + high
  void connection.send(text)
  void connection.send(low)
  const expected = Buffer.concat([Buffer.from(text), Buffer.from(low)])
  await turns()
  expect(expected.equals(await peer.receive(expected.length))).toBe(true)
  connection.reset()
})

it('long texts of one turn leave in one write', async () => {
  const { connection, peer, transport } = attach()
  const text = 'a'.repeat(3_000)
  for (let count = 0; count < 3; count += 1) void connection.send(text)
  await peer.receives(`${text}\n`.repeat(3))
  expect(transport.writes).toHaveLength(1)
  connection.reset()
})
