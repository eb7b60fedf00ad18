import Module from 'node:module'
import process from 'node:process'
import { start, type Tap } from './start.js'

/** The tap is one file of CommonJS, which has this. */
declare const __filename: string

/**
 * Where a thread is marked that has its tap: a second one, of a grandchild's options, does nothing. One whose inspector
 * is gone does nothing any more, and makes room for another.
 */
const mark = Symbol.for('hawser.tap')

const path = process.env['HAWSER_INSPECT']
const marked = Reflect.get(globalThis, mark) as Tap | undefined

if (path !== undefined && path !== '' && (marked === undefined || marked.isOff)) {
  const define = (value: Tap): void => {
    Object.defineProperty(globalThis, mark, { value, configurable: true })
  }
  // The program's own modules are those that it loads.
  delete (Reflect.get(Module, '_cache') as Record<string, unknown> | undefined)?.[__filename]
  // Whatever fails here, the program runs as it does without it.
  define({ isOff: true })
  try {
    define(start(path, process.env['HAWSER_INSPECT_OPTIONS']))
  } catch {}
}
