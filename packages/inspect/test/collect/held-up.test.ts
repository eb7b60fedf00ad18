import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { event, thread } from '../support/encode-block.js'
import { Inspecting } from '../support/inspecting.js'

/** Nothing else runs in this process for so many milliseconds. */
function holdUp(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

it('the last bytes that have arrived are heard, though this process was held up for longer than is waited for them', async () => {
  const inspecting = await Inspecting.start()
  const program = await inspecting.program()
  await program.sends(thread(), event({ event: 'open', role: 'accept' }))
  await inspecting.says(/^1 accept/)
  const drained = inspecting.inspection.drain()
  // Behind it come the timers, and only then what has arrived.
  await turn()
  await program.sends({ kind: 'in', data: 'the last' })
  holdUp(400)
  await drained
  expect(inspecting.lines.at(-1)).toBe('1 in the last')
})
