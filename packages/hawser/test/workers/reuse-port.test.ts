import { describe, expect, it } from 'vitest'
import { assertReusePort } from '../../src/workers/primary/workers-options.js'

describe('reusePort', () => {
  it.each(['22.12.0', '22.20.1', '23.1.0', '24.0.0', '26.10.0'])(
    'is there on Linux with Node.js %s',
    (version) => expect(() => assertReusePort('linux', version)).not.toThrow(),
  )

  it.each(['20.20.2', '21.7.0', '22.11.0', '23.0.0'])('is missing in Node.js %s', (version) => {
    expect(() => assertReusePort('linux', version)).toThrow(
      `reusePort needs Node.js 22.12, 23.1 or newer, and this is ${version}: leave it out`,
    )
  })

  it('is missing elsewhere', () => {
    expect(() => assertReusePort('darwin', '26.0.0')).toThrow(/works on Linux, and this is darwin/)
  })
})
