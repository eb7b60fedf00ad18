import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import type { Inspection } from '@hawser/inspect'
import { expect, it } from 'vitest'
import { attachTo } from '../../src/inspect/attach-to.js'

it('what a process has reported before it ended is heard, though this one was held up for longer than is waited for it', async () => {
  const { port1, port2 } = new MessageChannel()
  const reported = new Promise<void>((resolve) => port1.once('message', () => resolve()))
  const inspection = { variables: {}, anyReported: () => reported } as unknown as Inspection
  // Behind it come the timers, and only then what has arrived.
  await turn()
  // What cannot be attached to any more has ended.
  const attached = attachTo(inspection, { pid: -1, http2: false, confirm: () => true })
  port2.postMessage('a report')
  await new Promise((resolve) => process.nextTick(resolve))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
  expect(await attached).toEqual([expect.stringMatching(/-1 is no process|attaching needs Linux/)])
  port1.close()
})
