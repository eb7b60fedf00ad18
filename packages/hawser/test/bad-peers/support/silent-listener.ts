import { once } from 'node:events'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

/** How many connections the kernel completes for a backlog of 1 (listen(2), Linux: one more). */
const queued = 2

const program = `
const { parentPort, workerData } = require('node:worker_threads')
const server = require('node:net').createServer()
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  // From here on its event loop stands still, so nothing is ever accepted.
  setImmediate(() => Atomics.wait(new Int32Array(workerData), 0, 0))
})`

/**
 * A port that answers no one: its queue of connections is full and never emptied, so that a
 * further connect stays in SYN-SENT. It is gone when the test ends.
 *
 * @returns the port
 */
export async function listenSilently(): Promise<number> {
  const shared = new SharedArrayBuffer(4)
  const worker = new Worker(program, { eval: true, workerData: shared })
  const [port] = (await once(worker, 'message')) as [number]
  const fillers: net.Socket[] = []
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy()
    Atomics.notify(new Int32Array(shared), 0)
    await worker.terminate()
  })
  for (let count = 0; count < queued; count += 1) {
    const filler = net.connect(port, '127.0.0.1')
    fillers.push(filler)
    await once(filler, 'connect')
  }
  return port
}
