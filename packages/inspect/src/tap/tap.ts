import process from 'node:process'
import { start } from './start.js'

/** Where a thread is marked that has its tap: a second one, of a grandchild's options, does nothing. */
const mark = Symbol.for('hawser.tap')

const path = process.env['HAWSER_INSPECT']

if (path !== undefined && path !== '' && !(mark in globalThis)) {
  Object.defineProperty(globalThis, mark, { value: true })
  try {
    start(path, process.env['HAWSER_INSPECT_OPTIONS'])
  } catch {
    // Whatever fails here, the program runs as it does without it.
  }
}
