type Method = (this: never, ...args: never[]) => unknown

/**
 * Puts a function in the place of another, which looks like it: its name, its length, and how the property is listed.
 *
 * @param like the function that was there, or was inherited
 */
export function replace(object: object, key: PropertyKey, like: Method, method: Method): void {
  disguise(method, like)
  const { enumerable, writable, configurable } = findDescriptor(object, key)
  Object.defineProperty(object, key, { value: method, enumerable, writable, configurable })
}

/**
 * Says when a property is read, without a call between the one who reads it and what is there: a wrapper would be a
 * line in the stack traces of the program's errors.
 *
 * @param onRead called with the object that it was read of
 */
export function observeReads(
  object: object,
  key: PropertyKey,
  onRead: (of: object) => unknown,
): void {
  const { enumerable, configurable, isOwn } = findDescriptor(object, key)
  const inherited = Object.getPrototypeOf(object) as object
  let value: unknown = isOwn ? Reflect.get(object, key) : undefined
  let isHere = isOwn
  Object.defineProperty(object, key, {
    enumerable,
    configurable,
    get(this: object) {
      const changed = onRead(this)
      if (changed !== undefined) return changed
      return isHere ? value : Reflect.get(inherited, key, this)
    },
    set(this: object, next: unknown) {
      if (this !== object) {
        define(this, key, next)
        return
      }
      isHere = true
      value = next
    },
  })
}

/** Puts a property there as an assignment does. */
export function define(object: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

/** Gives a function the name and the length of another. */
export function disguise(method: Method, like: Method): void {
  Object.defineProperties(method, {
    name: { value: like.name, configurable: true },
    length: { value: like.length, configurable: true },
  })
}

interface Flags {
  readonly enumerable: boolean
  readonly writable: boolean
  readonly configurable: boolean
  readonly isOwn: boolean
}

function findDescriptor(object: object, key: PropertyKey): Flags {
  for (let at = object; at !== null; at = Object.getPrototypeOf(at) as object) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key)
    if (descriptor === undefined) continue
    const { enumerable = true, writable = true, configurable = true } = descriptor
    return { enumerable, writable, configurable, isOwn: at === object }
  }
  return { enumerable: true, writable: true, configurable: true, isOwn: false }
}
