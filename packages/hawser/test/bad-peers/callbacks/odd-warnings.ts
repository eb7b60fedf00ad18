import { observe } from 'hawser'
import { connectPair } from 'hawser/testing'
import process from 'node:process'
import { until } from './walk.js'

// Each of these is an error that Node.js itself cannot print as a warning, or is told to throw.
const odd: Error[] = [
  Object.assign(new Error('a code that is no text'), { code: Symbol('code') }),
  Object.defineProperty(new Error('a detail that throws'), 'detail', {
    get: () => {
      throw new Error('no detail')
    },
  }),
  Object.assign(new Error('no text of its own'), {
    toString(): string {
      throw new Error('no text')
    },
  }),
  Object.assign(new Error('a deprecation'), { name: 'DeprecationWarning' }),
]
let warnings = 0
process.on('warning', () => (warnings += 1))
for (const [at, error] of odd.entries()) {
  const stop = observe('hawser:connection:open', () => {
    throw error
  })
  for (const connection of connectPair()) connection.reset()
  stop()
  await until(() => warnings > at)
}
console.log(`warned ${warnings}`)
