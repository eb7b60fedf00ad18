// A worker thread that is the client of the main thread's server.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

if (isMainThread) {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const worker = new Worker(new URL(import.meta.url), { workerData: server.address().port })
  await once(worker, 'exit')
  server.close(() => console.log('closed'))
} else {
  const socket = connect(workerData, '127.0.0.1')
  socket.write('{"from":"a worker"}\n')
  const [data] = await once(socket, 'data')
  console.log(String(data))
  socket.end()
  await once(socket, 'close')
}
