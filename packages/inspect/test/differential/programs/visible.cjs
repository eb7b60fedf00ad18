// What a program can find out about its sockets.
const net = require('node:net')
const tls = require('node:tls')
const { inspect } = require('node:util')
const { Duplex, Readable } = require('node:stream')
const { close, listen, run, say } = require('./support/say.cjs')

const methods = [
  'push',
  '_writeGeneric',
  'connect',
  '_final',
  '_destroy',
  '_undestroy',
  '_write',
  'write',
  'end',
]
/** Numbers that differ from run to run. */
const plain = (text) =>
  text
    .replaceAll(/\b\d{4,5}\b/g, 'N')
    .replaceAll(/\[(?:async_id_symbol|trigger_async_id_symbol|asyncId)[^,}]*/g, 'id')
    .replaceAll(/async_id_symbol\)\]?: \d+/g, 'id')
    .replaceAll(/_idleStart: \d+/g, '_idleStart')

const withPair = async (use) => {
  let seen
  const met = new Promise((resolve) => (seen = resolve))
  const server = net.createServer(seen)
  const socket = net.connect(await listen(server), '127.0.0.1')
  const accepted = await met
  socket.on('error', () => {})
  accepted.on('error', () => {})
  await use(socket, accepted, server)
  socket.destroy()
  accepted.destroy()
  await close(server)
}

void run({
  async methods() {
    for (const name of methods) {
      const method = net.Socket.prototype[name]
      say(name, typeof method, JSON.stringify(method.name), method.length, 'prototype' in method)
    }
    const own = (object) => {
      const names = Object.getOwnPropertyNames(object).filter(
        (name) => !['push', '_undestroy'].includes(name),
      )
      return names
        .map((name) => {
          const { enumerable, writable, configurable, value } = Object.getOwnPropertyDescriptor(
            object,
            name,
          )
          return `${name} ${enumerable} ${writable} ${configurable} ${typeof value}`
        })
        .join('; ')
    }
    say(own(net.Socket.prototype))
    say(own(net.Server.prototype))
    say(own(Duplex.prototype), own(Readable.prototype))
    const inherited = []
    for (const name in net.Socket.prototype) inherited.push(name)
    say(inherited.toSorted().join())
    say(Object.getOwnPropertySymbols(net.Socket.prototype).map(String).join())
    say(
      net.Socket.prototype.push === new net.Socket().push,
      tls.TLSSocket.prototype.push === net.Socket.prototype.push,
    )
    say(
      Object.getOwnPropertyNames(process).includes('emit'),
      process.emit === process.emit,
      process.emit.name,
    )
    say(Object.getOwnPropertyNames(globalThis).join())
  },
  listeners: () =>
    withPair((socket, accepted, server) => {
      for (const emitter of [socket, accepted, server, process]) {
        say(
          emitter
            .eventNames()
            .map((name) => `${String(name)} ${emitter.listenerCount(name)}`)
            .join(),
        )
      }
      say(process.getMaxListeners(), Error.stackTraceLimit, Object.keys(require.cache).length)
    }),
  inspected: () =>
    withPair((socket, accepted) => {
      socket.write('x')
      for (const of of [socket, accepted]) {
        say(Object.keys(of).join())
        say(Object.getOwnPropertyNames(of).join())
        say(Object.getOwnPropertySymbols(of).map(String).join())
        say(plain(inspect(of, { depth: 2 })))
        say(plain(inspect(of._handle)))
      }
    }),
  handles: () =>
    withPair((socket) => {
      say(
        process
          ._getActiveHandles()
          .map(({ constructor: { name } }) => name)
          .toSorted()
          .join(),
      )
      say(process.getActiveResourcesInfo().toSorted().join())
      say(process._getActiveRequests().length, socket._handle.constructor.name)
    }),
  memory: () =>
    withPair((socket) => {
      say(Object.isExtensible(socket), JSON.stringify(Object.entries(socket).length > 10))
    }),
})
