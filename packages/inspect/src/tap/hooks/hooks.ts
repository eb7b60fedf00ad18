import { Socket } from 'node:net'
import type { Observer } from '../connections/observer.js'
import type { Handle, Watched } from '../connections/watched.js'
import { HandleWatch, wantsHttp2 } from './handles.js'
import { OnReadWatch } from './onread.js'
import { findOpenSockets, putLastAgain, takerOf } from './open-sockets.js'
import { ParserWatch } from './parsers.js'
import { SecuredWatch } from './secured.js'
import { watchSockets } from './sockets.js'
import { findSymbol } from './symbols.js'

/** A socket of the tap's own, of which it learns how this runtime makes them. */
export interface Sample {
  readonly socket: Socket
  readonly handle: object | null
}

/** What this runtime has of what the tap holds on to. */
export interface Found {
  readonly push: boolean
  readonly writeGeneric: boolean
  readonly made: boolean
  readonly connect: boolean
  readonly destroy: boolean
  readonly onread: boolean
  readonly httpParser: boolean
}

/** Looks for what is there to hold on to, and changes nothing. */
export function findHooks({ socket, handle }: Sample): Found {
  const has = (name: string): boolean => typeof Reflect.get(Socket.prototype, name) === 'function'
  return {
    push: has('push'),
    writeGeneric: has('_writeGeneric'),
    made: has('_undestroy'),
    connect: has('connect'),
    destroy: has('_destroy'),
    onread: findSymbol(socket, 'kBufferCb') !== undefined,
    httpParser: handle !== null && HandleWatch.isAsked(handle) && ownerKey(handle) !== undefined,
  }
}

/** @param http2 make HTTP/2 read and write in JavaScript, so that it is seen */
export function setHooks(observer: Observer, { socket, handle }: Sample, http2: boolean): void {
  const parsers = new ParserWatch(observer)
  const onread = findSymbol(socket, 'kBufferCb')
  const owner = handle === null ? undefined : ownerKey(handle)
  const reads = onread === undefined ? undefined : new OnReadWatch(observer, onread)
  const secured = new SecuredWatch((of) => observer.secured(of))
  const handles =
    owner === undefined
      ? undefined
      : new HandleWatch(owner, (taken) => {
          if (parsers.watch(taken)) return undefined
          if (http2 && wantsHttp2(taken)) return false
          observer.taken(taken)
          return undefined
        })
  handles?.watch(handle as Handle)
  const watch = (made: Watched): void => {
    if (made._handle === null) return
    reads?.watch(made)
    secured.watch(made)
    handles?.watch(made._handle)
  }
  watchSockets(observer, watch)
  for (const open of findOpenSockets(socket)) {
    observer.made(open)
    watch(open)
    const parser = takerOf(open)
    if (parser !== undefined && parsers.watch(open)) putLastAgain(parser)
  }
}

function ownerKey(handle: object): symbol | undefined {
  return findSymbol(handle, 'owner_symbol')
}
