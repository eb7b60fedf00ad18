import assert from 'node:assert/strict'
import { takeTurns } from '../next-turn.js'
import { defineCase, type TransportCase } from './case.js'
import { assertBytes, makePayload } from './payload.js'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** Turns in which bytes that are on their way would certainly have been pushed. */
const fairChance = 20

/** Text whose characters take 1, 2, 3 and 4 bytes, so that cuts fall inside of them. */
const text = 'aß漢😀'.repeat(1_000)

/** What arrives: all of it, in order, as its owner and never against a pause. */
export const readingCases: readonly TransportCase[] = [
  ...[1, 64 * kibibyte, 5 * mebibyte].map((size) =>
    defineCase(`${size} bytes arrive whole and in order`, async ({ left, right }) => {
      const payload = makePayload(size)
      await left.writeWhole(payload)
      await right.untilSize(size)
      assertBytes(right.sink.bytes, payload, 'received')
    }),
  ),

  defineCase('text arrives as UTF-8', async ({ left, right }) => {
    const expected = Buffer.from(text)
    await left.writeWhole(text)
    await right.untilSize(expected.length)
    assertBytes(right.sink.bytes, expected, 'received')
  }),

  defineCase('many chunks of one write arrive in order', async ({ left, right }) => {
    const payload = makePayload(300 * kibibyte)
    const chunks: (Uint8Array | string)[] = [text, new Uint8Array(0), '']
    const sizes = [1, 2, 3, 100, 4_096, 20_000]
    for (let offset = 0, turn = 0; offset < payload.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1
      chunks.push(payload.subarray(offset, offset + size), '\u20ac')
      offset += size
    }
    const expected = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)))
    await left.writeWhole(...chunks)
    await right.untilSize(expected.length)
    assertBytes(right.sink.bytes, expected, 'received')
  }),

  defineCase('both directions carry bytes at once', async ({ left, right }) => {
    const payload = makePayload(mebibyte)
    const answer = payload.toReversed()
    await Promise.all([
      left.writeWhole(payload),
      right.writeWhole(answer),
      left.untilSize(mebibyte),
      right.untilSize(mebibyte),
    ])
    assertBytes(right.sink.bytes, payload, 'received by right')
    assertBytes(left.sink.bytes, answer, 'received by left')
  }),

  defineCase('bytes that the reader owns do not change afterwards', async ({ left, right }) => {
    for (let round = 1; round <= 20; round += 1) {
      await left.writeWhole(makePayload(5_000).map((byte) => byte ^ round))
      await right.untilSize(round * 5_000)
    }
    right.verify()
  }),

  defineCase('headroom may be overwritten', async ({ left, right }) => {
    right.sink.spoilHeadroom = true
    const payload = makePayload(200_000)
    for (let offset = 0; offset < payload.length; offset += 20_000) {
      await left.writeWhole(payload.slice(offset, offset + 20_000))
      await right.untilSize(offset + 20_000)
    }
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('pause stops data and resume loses nothing', async ({ left, right }) => {
    const payload = makePayload(100_000)
    await left.writeWhole(payload.slice(0, 10))
    await right.untilSize(10)
    right.pause()
    const rest = left.writeWhole(payload.slice(10))
    await takeTurns(fairChance)
    assert.equal(right.sink.size, 10, 'bytes were pushed to a paused reader')
    right.resume()
    await Promise.all([rest, right.untilSize(payload.length)])
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('pause in the first turn holds from the first byte', async ({ left, right }) => {
    right.pause()
    await left.writeWhole('early')
    await takeTurns(fairChance)
    assert.equal(right.sink.size, 0, 'bytes were pushed to a paused reader')
    right.resume()
    await right.untilSize(5)
  }),

  defineCase('pause from inside received stops the very next push', async ({ left, right }) => {
    const payload = makePayload(20_000)
    let isPaused = false
    let pushedWhilePaused = 0
    right.sink.onReceived = () => {
      if (isPaused) pushedWhilePaused += 1
      isPaused = true
      right.pause()
    }
    const whole = left.writeWhole(payload)
    while (right.sink.size < payload.length) {
      await right.sink.until(() => isPaused)
      await takeTurns(2)
      isPaused = false
      right.resume()
    }
    await whole
    assert.equal(pushedWhilePaused, 0, 'pushes after pause was called')
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('pause and resume, called twice or in one turn, are harmless', async (ends) => {
    const { left, right } = ends
    const payload = makePayload(10_000)
    right.pause()
    right.pause()
    right.resume()
    right.resume()
    await left.writeWhole(payload)
    right.pause()
    right.resume()
    await right.untilSize(payload.length)
    assertBytes(right.sink.bytes, payload, 'received')
  }),
]
