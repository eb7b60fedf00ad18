// A program that knows nothing of the inspector: HTTP, Hawser and a worker thread; or, with `echo`, a server alone.
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import process from 'node:process'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import * as hawser from 'hawser'

if (!isMainThread) {
  const socket = net.connect(workerData, '127.0.0.1')
  socket.write('hello by a worker')
  await once(socket, 'data')
  socket.end()
  await once(socket, 'close')
} else if (process.argv[2] === 'echo') {
  console.log((await listen(net.createServer((socket) => socket.pipe(socket)))).port)
} else {
  await speakHttp()
  await speakHawser()
  const { server, port } = await listen(net.createServer((socket) => socket.pipe(socket)))
  await once(new Worker(new URL(import.meta.url), { workerData: port }), 'exit')
  server.close(() => console.log('closed'))
}

async function listen(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: server.address().port }
}

async function speakHttp() {
  const made = http.createServer((_, response) => response.end('hello by http'))
  const { server, port } = await listen(made)
  const [response] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response')
  for await (const chunk of response) console.log(String(chunk))
  server.close()
  await once(server, 'close')
}

async function speakHawser() {
  const message = (connection, text) => void connection.send(text.toUpperCase())
  const framing = hawser.lines()
  const server = hawser.createServer({ framing }, { message })
  await server.listen('127.0.0.1:0')
  const connection = await hawser.connect(`127.0.0.1:${server.address().port}`, { framing })
  await connection.send('hello by hawser')
  console.log(await connection.receive())
  await connection.close()
  await server.close()
}
