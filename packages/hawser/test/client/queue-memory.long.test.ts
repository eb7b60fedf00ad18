import { createClient, raw } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'

const loads: readonly (readonly [what: string, make: () => string | Uint8Array, count: number])[] =
  [
    ['empty text', () => '', 20_000],
    ['nine bytes', () => new Uint8Array(9), 20_000],
    ['a KiB of text', () => String(Math.random()).padEnd(1_024, 'x'), 10_000],
    ['a KiB of text of two bytes each', () => String(Math.random()).padEnd(1_024, '✓'), 10_000],
    ['10,000 of the bytes of a MiB', () => new Uint8Array(1_048_576).subarray(7, 10_007), 100],
    ['a MiB', () => new Uint8Array(1_048_576), 16],
  ]

it.each(loads)(
  'what waits for a connection takes about the memory counted: %s',
  async (_, make, count) => {
    const client = createClient('127.0.0.1:9', {
      framing: raw(),
      maxQueued: Infinity,
      maxQueuedBytes: Infinity,
    })
    onTestFinished(async () => void (await client.close({ drain: 0 })))
    const fill = (): void => {
      for (let each = 0; each < count; each += 1) {
        const sending = each % 2 === 0 ? client.send(make()) : client.request(make())
        sending.catch(() => undefined)
      }
    }
    // What is made at the first use is no message.
    fill()
    const [counted, memory] = [client.info().queuedBytes, await usedMemory()]
    fill()
    const ratio = ((await usedMemory()) - memory) / (client.info().queuedBytes - counted)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  },
)
