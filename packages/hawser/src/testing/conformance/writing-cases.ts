import assert from 'node:assert/strict'
import { takeTurns } from '../next-turn.js'
import { defineCase, type TransportCase } from './case.js'
import { assertBytes, makePayload } from './payload.js'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** What leaves: backpressure that is real, and counts that are true. */
export const writingCases: readonly TransportCase[] = [
  defineCase('a write beyond all buffers waits for the reader', async ({ left, right }) => {
    right.pause()
    const payload = left.writeUntilRefused()
    assert.ok(left.transport.unsent > 0, 'unsent is 0 while a write is under way')
    await takeTurns(20)
    assert.equal(left.sink.wroteCalls, 0, 'wrote came though the reader took nothing')
    right.resume()
    const wrote = left.sink.until(() => left.sink.wroteCalls > 0)
    await Promise.all([right.untilSize(payload.length), wrote])
    assert.equal(left.sink.wroteCalls, 1, 'calls of wrote for one write')
    assert.equal(left.transport.unsent, 0, 'unsent after wrote')
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('wrote comes once for each write that waited', async ({ left, right }) => {
    const payload = makePayload(3 * mebibyte)
    for (let offset = 0; offset < payload.length; offset += 512 * kibibyte) {
      await left.writeWhole(payload.slice(offset, offset + 512 * kibibyte))
      assert.equal(left.sink.wroteCalls, left.sink.refusals, 'writes that returned false and wrote')
      assert.equal(left.transport.unsent, 0, 'unsent after a whole write')
    }
    await right.untilSize(payload.length)
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('the next write may be made from inside wrote', async ({ left, right }) => {
    const part = makePayload(512 * kibibyte)
    const { sink } = left
    const isBusy = (): boolean => sink.wroteCalls < sink.refusals
    let parts = 0
    while (parts < 8) {
      await sink.until(() => !isBusy())
      while (parts < 8 && !isBusy()) {
        left.write(part)
        parts += 1
      }
    }
    await right.untilSize(8 * part.length)
    await sink.until(() => !isBusy())
    assert.equal(left.transport.unsent, 0, 'unsent at the end')
    assertBytes(right.sink.bytes.subarray(7 * part.length), part, 'the last part')
  }),

  defineCase(
    'unsent falls while a write is under way',
    async ({ left, right }) => {
      right.pause()
      const { length: held } = left.writeUntilRefused()
      right.resume()
      await right.untilSize(held)
      right.pause()
      // So much more than the buffers hold that it cannot leave in one go when reading begins.
      const length = 3 * held
      assert.equal(left.write(makePayload(length)), false, 'the write was taken at once')
      const first = left.transport.unsent
      const seen = new Set<number>()
      right.sink.onReceived = () => {
        if (left.sink.wroteCalls < left.sink.refusals) seen.add(left.transport.unsent)
      }
      right.resume()
      await right.untilSize(held + length)
      const between = [...seen].filter((unsent) => unsent > 0 && unsent < first)
      assert.ok(between.length > 0, `unsent stayed at ${first} until the write was complete`)
    },
    'writeProgress',
  ),

  defineCase('bytes may be changed once their write is complete', async ({ left, right }) => {
    const payload = makePayload(mebibyte)
    const mine = payload.slice()
    const whole = left.writeWhole(mine).then(() => mine.fill(0))
    await Promise.all([whole, right.untilSize(payload.length)])
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('both ends are named alike from either side', async ({ left, right }) => {
    await left.writeWhole('x')
    await right.untilSize(1)
    const seenByLeft = left.transport.addresses
    const seenByRight = right.transport.addresses
    for (const [one, other] of [
      [seenByLeft.local, seenByRight.remote],
      [seenByLeft.remote, seenByRight.local],
    ] as const) {
      if (one === undefined || other === undefined) continue
      assert.deepEqual(one, other, 'the same end under two names')
      assert.equal(one.port === undefined, one.family === 'unix', 'a port, unless it is a path')
    }
    const before = structuredClone(seenByLeft)
    left.close()
    right.close()
    await Promise.all([left.untilGone(), right.untilGone()])
    assert.deepEqual(left.transport.addresses, before, 'the names after gone')
  }),
]
