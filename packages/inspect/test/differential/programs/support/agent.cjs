// Wraps the methods of sockets before anything else is loaded, as agents that trace programs do.
const { Socket } = require('node:net')

const called = new Set()
const names = [
  'push',
  '_undestroy',
  '_writeGeneric',
  '_write',
  '_final',
  '_destroy',
  'write',
  'end',
]
for (const name of names) {
  const original = Socket.prototype[name]
  Socket.prototype[name] = function (...args) {
    called.add(name)
    return original.apply(this, args)
  }
}
process.on('exit', () => process.stdout.write(`${[...called].toSorted().join()}\n`))
