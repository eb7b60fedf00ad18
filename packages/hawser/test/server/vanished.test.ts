import { spawnSync } from 'node:child_process'
import type { AddressInfo } from 'hawser'
import { createServer } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { readWays } from './support/serving.js'

const count = 20

/** Connects as often as it is told, and resets each connection as soon as it stands. */
const script = `
const net = require('node:net')
for (let i = 0; i < ${count}; i++) {
  const socket = net.connect(Number(process.argv[1]), '127.0.0.1', () => socket.resetAndDestroy())
}`

it.each(readWays)(
  'peers that reset before they are accepted are counted, %s',
  async (_, fastRead) => {
    const server = createServer({ fastRead }, () => undefined)
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen('tcp://127.0.0.1:0')
    const { port } = server.address() as AddressInfo
    // While this waits nothing is accepted: the operating system completes the connections alone.
    expect(spawnSync(process.execPath, ['-e', script, String(port)]).status).toBe(0)
    const ended = (): number => server.info().accepted + server.info().vanished
    while (ended() < count) await new Promise(setImmediate)
    expect(server.info().vanished).toBe(count)
    expect(server.connections.size).toBe(0)
  },
)
