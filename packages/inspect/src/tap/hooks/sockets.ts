import { Socket } from 'node:net'
import type { Observer, Piece } from '../connections/observer.js'
import type { Watched } from '../connections/watched.js'
import { settleFault } from '../fault.js'
import { apply } from '../natives.js'
import { callThrough } from './call-through.js'
import { replace } from './define.js'
import { targetOf } from './target.js'

type Call = (this: Watched, ...args: unknown[]) => unknown
type Methods = Record<string, Call>

const own = Socket.prototype as unknown as Methods
/** Where sockets inherit from: what a program puts in the place of a method there later is called all the same. */
const inherited = Object.getPrototypeOf(own) as Methods

/** @returns what to call for a method: what an agent put there before the tap, or what is inherited at that time */
function findNext(name: string): () => Call {
  const original = own[name] as Call
  return Object.hasOwn(own, name) ? () => original : () => inherited[name] as Call
}

/**
 * Watches what Node's own methods of a socket are called with, each by its name on the prototype.
 *
 * @param onMade called with each socket that gets a handle
 */
export function watchSockets(observer: Observer, onMade: (socket: Watched) => void): void {
  watchPush(observer)
  watchMade(observer, onMade)
  watchWrites(observer)
  watchConnect(observer)
  watchFinal(observer)
  watchDestroy(observer)
}

function watchPush(observer: Observer): void {
  const original = own['push']
  if (typeof original !== 'function') return
  const next = findNext('push')
  replace(own, 'push', original, function push(this: Watched, chunk: unknown, encoding: unknown) {
    try {
      if (chunk instanceof Uint8Array) observer.bytesIn(this, chunk)
      else if (chunk === null) observer.endIn(this)
    } catch (error) {
      settleFault(error)
    }
    return apply(next(), this, [chunk, encoding])
  })
}

/** Called when a socket gets a handle. */
function watchMade(observer: Observer, onMade: (socket: Watched) => void): void {
  const original = own['_undestroy']
  if (typeof original !== 'function') return
  const next = findNext('_undestroy')
  replace(own, '_undestroy', original, function _undestroy(this: Watched) {
    try {
      observer.made(this)
      onMade(this)
    } catch (error) {
      settleFault(error)
    }
    return apply(next(), this, [])
  })
}

/** While a socket connects, a write waits, and is made again after that. */
function watchWrites(observer: Observer): void {
  const original = own['_writeGeneric']
  if (typeof original !== 'function') return
  replace(
    own,
    '_writeGeneric',
    original,
    function (this: Watched, isMany: unknown, data: unknown, encoding: unknown, callback: unknown) {
      if (!this.connecting && this._handle !== null) {
        try {
          if (isMany === true) observer.piecesOut(this, data as Piece[])
          else observer.bytesOut(this, data, encoding as string)
        } catch (error) {
          settleFault(error)
        }
      }
      return callThrough(original, this, [isMany, data, encoding, callback])
    },
  )
}

function watchConnect(observer: Observer): void {
  const original = own['connect']
  if (typeof original !== 'function') return
  replace(own, 'connect', original, function connect(this: Watched, ...args: unknown[]) {
    try {
      observer.connects(this, targetOf(args))
    } catch (error) {
      settleFault(error)
    }
    return callThrough(original, this, args)
  })
}

function watchFinal(observer: Observer): void {
  const original = own['_final']
  if (typeof original !== 'function') return
  replace(own, '_final', original, function _final(this: Watched, ...args: unknown[]) {
    try {
      if (!this.connecting && this._handle !== null) observer.endOut(this)
    } catch (error) {
      settleFault(error)
    }
    return callThrough(original, this, args)
  })
}

function watchDestroy(observer: Observer): void {
  const original = own['_destroy']
  if (typeof original !== 'function') return
  replace(own, '_destroy', original, function _destroy(this: Watched, ...args: unknown[]) {
    try {
      observer.closes(this, args[0])
    } catch (error) {
      settleFault(error)
    }
    return callThrough(original, this, args)
  })
}
