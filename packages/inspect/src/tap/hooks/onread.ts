import type { Observer } from '../connections/observer.js'
import type { Watched } from '../connections/watched.js'
import { settleFault } from '../fault.js'
import { apply, viewBytes } from '../natives.js'
import { disguise } from './define.js'

type OnRead = (this: Watched, count: number, buffer: Uint8Array) => unknown

/** Watches sockets that read into a buffer of the program's (`onread`), past `push`. */
export class OnReadWatch {
  readonly #wrapped = new WeakSet<OnRead>()

  readonly #observer: Observer
  readonly #key: symbol

  /** @param key the symbol that Node.js keeps the program's callback by */
  constructor(observer: Observer, key: symbol) {
    this.#observer = observer
    this.#key = key
  }

  watch(socket: Watched): void {
    const observer = this.#observer
    const callback = Reflect.get(socket, this.#key) as OnRead | null | undefined
    if (typeof callback !== 'function' || this.#wrapped.has(callback)) return
    const wrapper: OnRead = function (this: Watched, count, buffer) {
      try {
        observer.bytesIn(this, viewBytes(buffer, 0, count))
      } catch (error) {
        settleFault(error)
      }
      return apply(callback, this, [count, buffer])
    }
    disguise(wrapper, callback)
    this.#wrapped.add(wrapper)
    observer.readsInto(socket)
    Reflect.set(socket, this.#key, wrapper)
  }
}
