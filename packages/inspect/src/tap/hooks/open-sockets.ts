import { Socket } from 'node:net'
import process from 'node:process'
import type { Watched } from '../connections/watched.js'

/**
 * The sockets that are open already, which there are when the tap is loaded into a program that runs. Without
 * `process._getActiveHandles` they are met when they write, or read through the stream.
 */
export function findOpenSockets(own: Socket): readonly Watched[] {
  const { _getActiveHandles: list } = process as { _getActiveHandles?: () => readonly unknown[] }
  if (typeof list !== 'function') return []
  const sockets = list.call(process).filter((handle) => handle instanceof Socket && handle !== own)
  return (sockets as Watched[]).filter(({ _handle: handle }) => handle !== null)
}

/** The HTTP parser that has taken a socket's handle over already. */
export function takerOf(socket: Watched): object | undefined {
  const parser: unknown = Reflect.get(socket, 'parser')
  if (typeof parser !== 'object' || parser === null) return undefined
  return Reflect.get(parser, '_consumed') === true ? parser : undefined
}

/** The last callback of a parser is watched when it is put there: of this one, that was long ago. */
export function putLastAgain(parser: object): void {
  const key = (Reflect.get(parser.constructor, 'kOnExecute') as number) | 0
  Reflect.set(parser, key, Reflect.get(parser, key))
}
