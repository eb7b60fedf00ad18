const net = require('node:net')
const { listen, say, truth } = require('./support/say.cjs')

const [mode] = process.argv.slice(2)
process.on('exit', (code) => say('exit', code, process.exitCode, process.listenerCount('exit')))
process.on('beforeExit', () => say('beforeExit', process.getActiveResourcesInfo().join()))

/** Ten listeners are no leak. */
for (let count = 0; count < 8; count++) process.on('exit', () => {})

const exchange = async (then) => {
  let accepted
  const server = net.createServer((socket) => {
    accepted = socket.on('error', () => {})
    socket.pipe(socket)
  })
  const socket = net.connect(await listen(server), '127.0.0.1')
  socket.write('last words')
  truth(mode, 'out', 'last words')
  truth(mode, 'in', 'last words')
  socket.once('data', () => then(server, socket, accepted))
}

const modes = {
  natural: () => exchange((server, socket) => (socket.end(), server.close())),
  exit: () => exchange(() => process.exit(5)),
  exitCode: () =>
    exchange((server, socket) => ((process.exitCode = 6), socket.end(), server.close())),
  late: () =>
    exchange((_server, socket) => {
      process.on('exit', () => socket.write('written at exit'))
      truth(mode, 'out', 'written at exit')
      process.exit()
    }),
  unref: () =>
    exchange((server, socket, accepted) => (server.close(), socket.unref(), accepted.unref())),
  unrefServer: async () => {
    const server = net.createServer()
    await listen(server)
    server.unref()
  },
  thrown: () =>
    exchange(() => {
      throw new Error('in the end')
    }),
  rejected: () => exchange(() => void Promise.reject(new Error('in the end'))),
  killed: () => exchange(() => process.kill(process.pid, 'SIGKILL')),
  terminated: () => exchange(() => process.kill(process.pid, 'SIGTERM')),
  handledSignal: () =>
    exchange((server, socket) => {
      process.on('SIGTERM', () => (say('SIGTERM'), socket.destroy(), server.close()))
      process.kill(process.pid, 'SIGTERM')
    }),
  reallyExit: () => exchange(() => process.reallyExit(9)),
  nothing: () => {},
  afterBeforeExit: () => {
    let isFirst = true
    process.on('beforeExit', () => {
      if (!isFirst) return
      isFirst = false
      void exchange((server, socket) => (socket.end(), server.close()))
    })
  },
}

void modes[mode]()
