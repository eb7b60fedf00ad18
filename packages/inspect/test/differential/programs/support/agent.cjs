// Wraps the methods of sockets before anything else is loaded, as agents that trace programs do.
const { Socket } = require('node:net')

const counts = {}
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
    counts[name] = (counts[name] ?? 0) + 1
    return original.apply(this, args)
  }
}
// How often is chance.
process.on('exit', () => {
  const called = names.filter((name) => counts[name] > 0)
  process.stdout.write(`called: ${called.join()}\n`)
})
