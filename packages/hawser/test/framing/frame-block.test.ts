import { describe, expect, it } from 'vitest'
import { FrameBlock } from '../../src/framing/frame-block.js'
import { bothOperations } from './support/operations.js'
import { countingOperations } from '../../src/testing/framing/counting-operations.js'

const chunk = Uint8Array.from({ length: 65_536 }, (_, at) => at % 251)

describe.each(bothOperations)('frames cut out of a chunk with %s operations', (_, operations) => {
  it.each([1, 64, 100, 1024, 1025, 5000])(
    'are right, pin at most 4 KiB, and are copied about once: %i bytes',
    (size) => {
      const counting = countingOperations(operations)
      const block = new FrameBlock(counting)
      const frames: Uint8Array[] = []
      for (let start = 0; start + size <= chunk.length; start += size) {
        frames.push(block.take(chunk, start, start + size, false))
      }
      const wrong = frames.filter((frame, index) => {
        const start = index * size
        return Buffer.compare(frame, chunk.subarray(start, start + size)) !== 0
      })
      expect(wrong).toEqual([])
      expect(frames.filter((frame) => frame.buffer === chunk.buffer)).toEqual([])
      const pinned = Math.max(...frames.map((frame) => frame.buffer.byteLength - size))
      expect(pinned).toBeLessThanOrEqual(4096)
      expect(counting.count).toBeLessThanOrEqual(1.4 * chunk.length)
    },
  )

  it('share memory when they are small, so that not each of them allocates', () => {
    const block = new FrameBlock(operations)
    const first = block.take(chunk, 4, 104, false)
    const second = block.take(chunk, 108, 208, false)
    expect(first.buffer).toBe(second.buffer)
  })

  it('cost one copy each when they are taken one at a time', () => {
    const counting = countingOperations(operations)
    const block = new FrameBlock(counting)
    for (let start = 0; start < 10_000; start += 100) {
      // What a decoder does that is stopped at each frame and begins again behind it.
      block.take(chunk.subarray(start), 0, 100, false)
      block.stop(100)
    }
    expect(counting.count).toBeLessThanOrEqual(10_000 + 4096)
  })

  it('share memory again when the receiver takes many again', () => {
    const counting = countingOperations(operations)
    const block = new FrameBlock(counting)
    block.stop(100)
    const kept = new Set<unknown>()
    for (let start = 0; start < 60_000; start += 100) {
      kept.add(block.take(chunk, start, start + 100, false).buffer)
    }
    expect(kept.size).toBeLessThanOrEqual(20)
  })

  it('share memory when they are taken in batches', () => {
    const block = new FrameBlock(operations)
    const kept = new Set<unknown>()
    for (let batch = 0; batch < 10; batch++) {
      for (let start = 0; start < 4000; start += 100) {
        kept.add(block.take(chunk, start, start + 100, false).buffer)
      }
      block.stop(4000)
    }
    expect(kept.size).toBeLessThanOrEqual(11)
  })

  it('are empty where they have no bytes, also at the very end', () => {
    const block = new FrameBlock(operations)
    block.take(chunk, 65_000, 65_100, false)
    block.clear()
    expect(block.take(chunk, 0, 0, false)).toHaveLength(0)
    expect(block.take(chunk, 65_536, 65_536, false)).toHaveLength(0)
  })

  it('are views of what the receiver may keep, where that is about as large as they are', () => {
    const block = new FrameBlock(operations)
    const own = new Uint8Array(4196)
    expect(block.take(own, 0, 100, true).buffer).toBe(own.buffer)
    expect(block.take(own, 100, 199, true).buffer).not.toBe(own.buffer)
    expect(block.take(own, 200, 4196, false).buffer).not.toBe(own.buffer)
    // A large one may pin its own size again: copying it costs more than that.
    expect(block.take(chunk, 0, 32_767, true).buffer).not.toBe(chunk.buffer)
    expect(block.take(chunk, 0, 32_768, true).buffer).toBe(chunk.buffer)
  })
})
