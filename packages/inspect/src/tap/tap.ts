import Module from 'node:module'
import process from 'node:process'
import { start } from './start.js'

/** The tap is one file of CommonJS, which has this. */
declare const __filename: string

/** Where a thread is marked that has its tap: a second one, of a grandchild's options, does nothing. */
const mark = Symbol.for('hawser.tap')

const path = process.env['HAWSER_INSPECT']

if (path !== undefined && path !== '' && !(mark in globalThis)) {
  Object.defineProperty(globalThis, mark, { value: true })
  // The program's own modules are those that it loads.
  delete (Reflect.get(Module, '_cache') as Record<string, unknown> | undefined)?.[__filename]
  try {
    start(path, process.env['HAWSER_INSPECT_OPTIONS'])
  } catch {
    // Whatever fails here, the program runs as it does without it.
  }
}
