import process from 'node:process'
import { blockMagic } from '../wire/layout.js'

/** Where a thread is marked that has its tap: a second one, of a grandchild's options, does nothing. */
const mark = Symbol.for('hawser.tap')

if (process.env['HAWSER_INSPECT'] !== undefined && !(mark in globalThis)) {
  Object.defineProperty(globalThis, mark, { value: blockMagic })
}
