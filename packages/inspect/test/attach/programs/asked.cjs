// Says at each line that it is sent what an attach has left behind.
const { createInterface } = require('node:readline')

if (process.argv.includes('--handle')) process.on('SIGUSR1', () => console.log('handled'))
if (process.argv.includes('--disguise')) Object.defineProperty(process, 'pid', { value: 1 })
createInterface({ input: process.stdin }).on('line', () => {
  const isTapped = Symbol.for('hawser.tap') in globalThis
  const variables = Object.keys(process.env).filter((name) => name.startsWith('HAWSER_INSPECT'))
  console.log(JSON.stringify({ isTapped, variables }))
})
console.log('ready')
