import { once } from 'node:events'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

const program = `
const { parentPort, workerData } = require('node:worker_threads')
const server = require('node:net').createServer((socket) => socket.on('error', () => {}))
server.listen({ host: workerData.host, port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  // Its event loop stands still until somebody lets it go on, so nothing is accepted before.
  setImmediate(() => Atomics.wait(new Int32Array(workerData.shared), 0, 0))
})`

/** How many connections the kernel completes for a backlog of 1 (listen(2), Linux: one more). */
const queued = 2

/** A port that answers nobody until it is told to. */
export interface LateListener {
  readonly port: number
  /** From now on it accepts. A connection that waits is there when the kernel asks again. */
  accept(): void
}

/** Listens on an address; it is gone when the test ends. */
export async function listenLate(host: string): Promise<LateListener> {
  const shared = new SharedArrayBuffer(4)
  const worker = new Worker(program, { eval: true, workerData: { shared, host } })
  const accept = (): void => {
    Atomics.store(new Int32Array(shared), 0, 1)
    Atomics.notify(new Int32Array(shared), 0)
  }
  const [port] = (await once(worker, 'message')) as [number]
  const fillers: net.Socket[] = []
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy()
    accept()
    await worker.terminate()
  })
  for (let count = 0; count < queued; count += 1) {
    const filler = net.connect(port, host)
    filler.on('error', () => {})
    fillers.push(filler)
    await once(filler, 'connect')
  }
  return { port, accept }
}
