import { invalid, show } from '../../options/invalid.js'
import { nearest } from '../../options/nearest.js'
import type { HandlerObject } from '../face.js'

const known: Readonly<Record<keyof HandlerObject<unknown, unknown>, true>> = {
  open: true,
  message: true,
  writable: true,
  close: true,
}
const names = Object.keys(known)
const shape = 'it takes an object with open, message, writable, close'

/**
 * A handler object is the user's: it may have whatever else it needs. What is refused is one that can
 * never be called, and a function whose name is a slip of the finger of one that is missing.
 *
 * @param handler an instance of a class as well
 * @param orElse what else the place takes, for the error: `a function, or `
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function assertHandler(handler: unknown, orElse = ''): void {
  if (typeof handler !== 'object' || handler === null || Array.isArray(handler)) {
    const what = Array.isArray(handler) ? 'an array' : show(handler)
    throw invalid('handler', `is ${what}: ${shape.replace('takes ', `takes ${orElse}`)}`)
  }
  const methods = handler as Readonly<Record<string, unknown>>
  for (const name of names) {
    const method = methods[name]
    if (method === undefined || typeof method === 'function') continue
    throw invalid(`handler.${name}`, `is ${show(method)}: it takes a function`)
  }
  const missing = names.filter((name) => methods[name] === undefined)
  for (const name of Object.keys(methods)) {
    if (typeof methods[name] !== 'function') continue
    const meant = nearest(name, missing)
    if (meant !== undefined) {
      throw invalid(`handler.${name}`, `would never be called: did you mean ${meant}?`)
    }
  }
  // One that is empty takes no messages, and says so.
  if (missing.length < names.length || Object.keys(methods).length === 0) return
  throw invalid('handler', `has none of its functions: ${shape}`)
}
