import assert from 'node:assert/strict'
import { takeTurns } from '../next-turn.js'
import { defineCase, type Ends, type TransportCase } from './case.js'
import { assertBytes, makePayload } from './payload.js'

const mebibyte = 1024 * 1024

/** The ways in which a stream ends, each with what must still arrive and what must not. */
export const endingCases: readonly TransportCase[] = [
  defineCase('end is seen after all data', async ({ left, right }) => {
    const payload = makePayload(mebibyte)
    left.write(payload)
    left.end()
    await right.untilPeerEnded()
    assertBytes(right.sink.bytes, payload, 'received before the end')
  }),

  defineCase('end waits for a reader that is paused', async ({ left, right }) => {
    right.pause()
    left.write('last words')
    left.end()
    await takeTurns(20)
    assert.equal(right.sink.size, 0, 'bytes were pushed to a paused reader')
    right.resume()
    await right.untilPeerEnded()
    assert.equal(Buffer.from(right.sink.bytes).toString(), 'last words')
  }),

  defineCase(
    'after our end the peer can still write and we can still read',
    async ({ left, right }) => {
      left.write('request')
      left.end()
      await right.untilPeerEnded()
      const answer = makePayload(mebibyte)
      await right.writeWhole(answer)
      await left.untilSize(answer.length)
      assertBytes(left.sink.bytes, answer, 'received after our end')
      assert.equal(left.sink.goneCalls + right.sink.goneCalls, 0, 'closed while one half is open')
      right.end()
      await bothClosed({ left, right })
      assert.equal(left.sink.peerEndedCalls, 1, 'the end of the second half')
    },
    'halfClose',
  ),

  defineCase('when both have ended both are closed without an error', async ({ left, right }) => {
    left.write('a')
    left.end()
    right.write('b')
    right.end()
    await bothClosed({ left, right })
    assert.deepEqual([left.sink.peerEndedCalls, right.sink.peerEndedCalls], [1, 1], 'ends')
    assert.deepEqual([left.sink.size, right.sink.size], [1, 1], 'bytes')
    assertClean({ left, right })
  }),

  defineCase('end called again changes nothing', async ({ left, right }) => {
    left.write('once')
    left.end()
    left.end()
    await right.untilPeerEnded()
    left.end()
    right.end()
    right.end()
    await bothClosed({ left, right })
    assert.deepEqual([left.sink.peerEndedCalls, right.sink.peerEndedCalls], [1, 1], 'ends')
    assertClean({ left, right })
  }),

  defineCase('close delivers what was written', async ({ left, right }) => {
    const payload = makePayload(20_000)
    await left.writeWhole(payload)
    left.close()
    await right.untilPeerEnded()
    assertBytes(right.sink.bytes, payload, 'received')
    right.end()
    await bothClosed({ left, right })
    assert.equal(left.sink.goneWith, undefined, 'the error of an end that closed itself')
  }),

  defineCase('close with unread bytes ends both sides', async ({ left, right }) => {
    left.pause()
    right.write(makePayload(20_000))
    await takeTurns(5)
    left.close()
    await left.untilGone()
    assert.equal(left.sink.size, 0, 'bytes were pushed to a paused reader')
    await right.sink.until(() => right.sink.peerEndedCalls + right.sink.goneCalls > 0)
    right.close()
    await bothClosed({ left, right })
  }),

  defineCase(
    'reset is seen by the peer as an error, once',
    async ({ left, right }) => {
      await right.writeWhole('unread')
      left.reset()
      await bothClosed({ left, right })
      assert.ok(right.sink.goneWith instanceof Error, 'the peer was closed without an error')
      assert.equal(left.sink.goneWith, undefined, 'the error of an end that reset itself')
    },
    'reset',
  ),

  ...(['open', 'ended'] as const).map((state) =>
    defineCase(
      `a reset behind bytes that wait to be read is no end, where our direction is ${state}`,
      async ({ left, right }) => {
        right.pause()
        if (state === 'ended') {
          right.end()
          await left.untilPeerEnded()
        }
        // So few that one read takes them and the reset is found with them.
        await left.writeWhole('the beginning of something')
        left.reset()
        await left.untilGone()
        right.resume()
        await right.untilGone()
        assert.equal(right.sink.peerEndedCalls, 0, 'it was told as an end')
        assert.ok(right.sink.goneWith instanceof Error, 'the peer was closed without an error')
      },
      'reset',
    ),
  ),

  defineCase('reset ends both sides', async ({ left, right }) => {
    left.reset()
    left.reset()
    await left.untilGone()
    await right.sink.until(() => right.sink.peerEndedCalls + right.sink.goneCalls > 0)
    right.close()
    await bothClosed({ left, right })
  }),

  defineCase('reset right after end closes both sides', async ({ left, right }) => {
    left.write('last words')
    left.end()
    left.reset()
    await left.untilGone()
    await right.sink.until(() => right.sink.peerEndedCalls + right.sink.goneCalls > 0)
    right.close()
    await bothClosed({ left, right })
  }),

  defineCase('reset a turn after end closes both sides', async ({ left, right }) => {
    left.end()
    await takeTurns(1)
    left.reset()
    await left.untilGone()
    await right.sink.until(() => right.sink.peerEndedCalls + right.sink.goneCalls > 0)
    right.reset()
    await bothClosed({ left, right })
  }),

  defineCase('close right after end delivers what was written', async ({ left, right }) => {
    await left.writeWhole('last words')
    left.end()
    left.close()
    await right.untilPeerEnded()
    assert.equal(Buffer.from(right.sink.bytes).toString(), 'last words')
    right.close()
    await bothClosed({ left, right })
  }),

  defineCase(
    'reset does not wait for a write that is under way, nor for the end behind it',
    async ({ left, right }) => {
      right.pause()
      left.writeBeyondBuffers()
      left.end()
      left.reset()
      await left.untilGone()
      assert.equal(left.sink.wroteCalls, 0, 'wrote came for bytes that were dropped')
      right.close()
      await bothClosed({ left, right })
    },
  ),

  defineCase('a peer that goes away ends a write that is under way', async ({ left, right }) => {
    right.pause()
    left.writeBeyondBuffers()
    right.reset()
    await bothClosed({ left, right })
    assert.ok(left.sink.goneWith instanceof Error, 'closed without an error')
    assert.equal(left.sink.wroteCalls, 0, 'wrote came for bytes that were dropped')
  }),

  defineCase('and so it does though nothing is being read', async ({ left, right }) => {
    left.pause()
    right.pause()
    left.writeBeyondBuffers()
    right.reset()
    await bothClosed({ left, right })
    assert.ok(left.sink.goneWith instanceof Error, 'closed without an error')
    assert.equal(left.sink.wroteCalls, 0, 'wrote came for bytes that were dropped')
  }),

  defineCase('writes to a peer that has gone are not taken for ever', async (ends) => {
    const { left, right } = ends
    left.pause()
    right.reset()
    await right.untilGone()
    // All in one turn of the event loop, so that no end can learn that the peer has gone.
    let writes = 0
    while (left.write('into the void, '.repeat(1_000))) {
      writes += 1
      assert.ok(writes < 10_000, 'bytes are accepted on and on that can never arrive')
      await Promise.resolve()
    }
    await left.untilGone()
    assert.ok(left.sink.goneWith instanceof Error, 'closed without an error')
  }),

  defineCase('end during a write lets all of it leave first', async ({ left, right }) => {
    right.pause()
    const payload = left.writeUntilRefused()
    left.end()
    right.resume()
    await right.untilPeerEnded()
    assertBytes(right.sink.bytes, payload, 'received')
  }),

  defineCase('a paused end can be closed', async ({ left, right }) => {
    left.pause()
    right.pause()
    left.close()
    right.close()
    await bothClosed({ left, right })
    assertClean({ left, right })
  }),

  defineCase('calls after gone are harmless', async ({ left, right }) => {
    left.reset()
    await left.untilGone()
    right.close()
    await right.untilGone()
    for (const end of [left, right]) {
      end.pause()
      end.resume()
      end.end()
      end.close()
      end.reset()
      end.transport.ref()
      end.transport.unref()
    }
    await takeTurns(10)
    assert.deepEqual([left.sink.goneCalls, right.sink.goneCalls], [1, 1], 'gone')
  }),

  defineCase('an unreferenced stream carries bytes as before', async ({ left, right }) => {
    left.transport.unref()
    right.transport.unref()
    left.transport.ref()
    await left.writeWhole('x')
    await right.untilSize(1)
    right.transport.ref()
    assert.equal(right.sink.size, 1)
  }),
]

async function bothClosed({ left, right }: Ends): Promise<void> {
  await Promise.all([left.untilGone(), right.untilGone()])
  await takeTurns(2)
}

function assertClean({ left, right }: Ends): void {
  assert.deepEqual([left.sink.goneWith, right.sink.goneWith], [undefined, undefined], 'errors')
}
