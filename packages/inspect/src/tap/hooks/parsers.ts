import type { Observer, Parsing } from '../connections/observer.js'
import type { Watched } from '../connections/watched.js'
import { settleFault } from '../fault.js'
import { apply } from '../natives.js'
import { define, disguise } from './define.js'

type Callback = (this: Parser, ...args: unknown[]) => unknown

/** Node's HTTP parser: its callbacks are properties by number, which its class has by name. */
interface Parser extends Parsing {
  readonly socket?: Watched | null
  [callback: number]: Callback | null | undefined
}

/** Whether the bytes of the read that a parser is in were taken. */
interface Reading {
  isTaken: boolean
}

/** Called while it reads; the last one when it has read all that there was. */
const named = ['kOnHeaders', 'kOnHeadersComplete', 'kOnBody', 'kOnMessageComplete']
const last = 'kOnExecute'

/**
 * The parser of an HTTP server reads from the handle by itself, so that nothing passes `push`. At the first callback of
 * each read its bytes are taken from it. The reading stays as it is: when callbacks run between others would change.
 */
export class ParserWatch {
  readonly #wrapped = new WeakMap<Parser, Reading>()

  readonly #observer: Observer

  constructor(observer: Observer) {
    this.#observer = observer
  }

  /**
   * A handle is about to be taken over. Parsers are used again.
   *
   * @returns whether the socket's parser is who takes it
   */
  watch(socket: Watched): boolean {
    const parser = Reflect.get(socket, 'parser') as Parser | null | undefined
    if (typeof parser?.getCurrentBuffer !== 'function' || parser.socket !== socket) return false
    let reading = this.#wrapped.get(parser)
    if (reading === undefined) {
      reading = { isTaken: false }
      this.#wrapped.set(parser, reading)
      for (const name of named) this.#wrap(parser, numberOf(parser, name), reading)
    }
    reading.isTaken = false
    this.#await(parser, numberOf(parser, last), reading)
    return true
  }

  #wrap(parser: Parser, key: number, reading: Reading): void {
    const callback = parser[key]
    if (typeof callback !== 'function') return
    const look = this.#look.bind(this)
    const wrapper: Callback = function (this: Parser, a, b, c, d, e, f, g, h, i) {
      if (!reading.isTaken) {
        look(this)
        reading.isTaken = true
      }
      let isThrown = true
      try {
        const result = apply(callback, this, [a, b, c, d, e, f, g, h, i])
        isThrown = false
        return result
      } finally {
        // The read ends here then, without its last callback.
        if (isThrown) reading.isTaken = false
      }
    }
    disguise(wrapper, callback)
    parser[key] = wrapper
  }

  /** The last callback is put there for each connection, just after this. */
  #await(parser: Parser, key: number, reading: Reading): void {
    const look = this.#look.bind(this)
    const before = parser[key]
    Object.defineProperty(parser, key, {
      enumerable: true,
      configurable: true,
      get: () => before,
      set(callback: Callback | null) {
        const wrapper: Callback = function (this: Parser, ...args) {
          look(this)
          reading.isTaken = false
          return apply(callback as Callback, this, args)
        }
        if (typeof callback === 'function') disguise(wrapper, callback)
        define(parser, key, typeof callback === 'function' ? wrapper : callback)
      },
    })
  }

  #look(parser: Parser): void {
    const { socket } = parser
    const handle = socket?._handle
    if (!socket || !handle) return
    try {
      this.#observer.parsing(socket, handle, parser)
    } catch (error) {
      settleFault(error)
    }
  }
}

function numberOf(parser: Parser, name: string): number {
  return (Reflect.get(parser.constructor, name) as number) | 0
}
