// Clusters, forks with handles, threads.
const cluster = require('node:cluster')
const { fork, spawn } = require('node:child_process')
const net = require('node:net')
const { Worker, isMainThread, workerData } = require('node:worker_threads')
const { close, listen, say } = require('./support/say.cjs')

const [mode] = process.argv.slice(2)
const ask = async (port) => {
  const socket = net.connect(port, '127.0.0.1')
  if (mode === 'pipes') socket.end()
  else socket.end('ask')
  return (await socket.toArray()).join('')
}
const once = (emitter, name) =>
  new Promise((resolve) => emitter.once(name, (...args) => resolve(args)))

const clustered = (policy) => async () => {
  cluster.schedulingPolicy = policy
  const server = { port: 0 }
  if (cluster.isPrimary) {
    const worker = cluster.fork({ ROLE: 'worker' })
    const [address] = await once(worker, 'listening')
    server.port = address.port
    say(await ask(server.port), await ask(server.port))
    worker.disconnect()
    say(...(await once(worker, 'exit')))
    return
  }
  net
    .createServer((socket) => socket.resume().end(`worker ${process.send !== undefined}`))
    .listen(0, '127.0.0.1')
}

const modes = {
  roundRobin: clustered(cluster.SCHED_RR),
  shared: clustered(cluster.SCHED_NONE),
  async handed() {
    if (process.send !== undefined) {
      process.on('message', (message, socket) => {
        socket.resume().end(`child got ${message}`)
        socket.on('close', () => process.disconnect())
      })
      return
    }
    const child = fork(__filename, ['handed'])
    const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('it', socket))
    say(await ask(await listen(server)))
    server.close()
    say(...(await once(child, 'exit')))
  },
  async handedServer() {
    if (process.send !== undefined) {
      process.on('message', (_message, server) => {
        server.on(
          'connection',
          (socket) => (socket.resume().end('by the child'), server.close(), process.disconnect()),
        )
        process.send('ready')
      })
      return
    }
    const child = fork(__filename, ['handedServer'])
    const server = net.createServer()
    const port = await listen(server)
    child.send('server', server)
    await once(child, 'message')
    server.close()
    say(await ask(port))
    say(...(await once(child, 'exit')))
  },
  async threads() {
    if (!isMainThread) {
      const socket = net.connect(workerData, '127.0.0.1')
      socket.end('from a thread')
      socket.resume().on('close', () => process.exit(4))
      return
    }
    const server = net.createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('to a thread'),
    )
    const port = await listen(server)
    const worker = new Worker(__filename, { workerData: port, argv: ['threads'] })
    say(...(await once(worker, 'exit')))
    const killed = new Worker(__filename, { workerData: port, argv: ['threads'] })
    await once(killed, 'online')
    say(await killed.terminate())
    await close(server)
  },
  async pipes() {
    if (process.env.CHILD !== undefined) {
      process.stdin.pipe(process.stdout)
      return
    }
    const child = spawn(process.execPath, [__filename, 'pipes'], {
      env: { ...process.env, CHILD: '1' },
    })
    child.stdin.end('by a pipe')
    say((await child.stdout.toArray()).join(''), child.stdin.constructor.name)
    const server = net.createServer((socket) => {
      const bySocket = spawn(process.execPath, ['-e', 'console.log("by a socket")'], {
        stdio: ['ignore', socket, 'inherit'],
      })
      bySocket.on('exit', () => socket.destroy())
    })
    say(await ask(await listen(server)))
    server.close()
  },
}

void modes[mode]()
