import { createServer, lines } from 'hawser'
import { expect, onTestFinished } from 'vitest'
import { usedMemory } from '../../../test/support/memory.js'
import { natsBackplane } from '../src/index.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { itPeer } from '../../../test/support/peers.js'

itPeer(
  'nats-server',
  'what waits for a NATS server that hangs takes about the bytes counted',
  async (program) => {
    const nats = await NatsServer.start(program)
    const connection = { pingInterval: 600_000 }
    const backplane = await natsBackplane({ servers: nats.address, connection })
    const server = createServer({ framing: lines(), backplane, onError: () => undefined })
    onTestFinished(() => server.close({ drain: 0 }).then(() => undefined))
    await server.listen('tcp://127.0.0.1:0')
    const state = (): { queued: number; lost: number } =>
      server.info().backplane ?? { queued: 0, lost: 0 }
    // What is made at the first use is no message.
    for (let sent = 0; sent < 2_000; sent += 1) server.to('news').send('x')
    while (state().queued > 0) await new Promise(setImmediate)
    await nats.freeze()
    const ratios: number[] = []
    for (const size of [1, 1_024, 65_536]) {
      const [counted, memory] = [state().queued, await usedMemory()]
      // A third of what may wait, so that each size has its share.
      while (state().queued - counted < 2_700_000) server.to('news').send('x'.repeat(size))
      await new Promise(setImmediate)
      ratios.push(((await usedMemory()) - memory) / (state().queued - counted))
    }
    while (state().lost === 0) server.to('news').send('x'.repeat(1_024))
    expect(state().queued).toBeLessThan(8 * 1_024 * 1_024 + 2_048)
    nats.thaw()
    while (state().queued > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(ratios.filter((ratio) => !(ratio > 0.5 && ratio < 2))).toEqual([])
  },
)
