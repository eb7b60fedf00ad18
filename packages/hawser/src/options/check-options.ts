import { adviseFormer } from './former-options.js'
import { invalid, kindOf, show } from './invalid.js'
import { nearest } from './nearest.js'
import { anyName, type OptionKind, type OptionNames } from './option-names.js'

/** As many names are listed in an error. */
const mostListed = 8

/**
 * Refuse an option that does not exist: a slip of the finger, or a former name. Only own names with a
 * defined value count, and an object of a class of the user's own is not looked into.
 *
 * @param where what the object is called in errors, if it has a name: `tls`
 * @throws OptionError `HAWSER_INVALID_OPTION`, which names the option with all that it is in
 */
export function checkOptions(options: object, known: OptionNames, where = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(where === '' ? 'options' : where, `is ${kindOf(options)}: it takes an object`)
  }
  check(options as Readonly<Record<string, unknown>>, known, where, known)
}

function check(
  options: Readonly<Record<string, unknown>>,
  known: OptionNames,
  where: string,
  root: OptionNames,
): void {
  for (const name in options) {
    // Almost all of them, and a request may have some: nothing is made for those.
    if (known[name] === true || !Object.hasOwn(options, name)) continue
    const value = options[name]
    if (value === undefined) continue
    const names = Object.hasOwn(known, name) ? known[name] : known[anyName]
    if (names === undefined) throw unknownOption(pathOf(where, name), name, known, root)
    if (names === true) continue
    if (value === null) throw invalid(pathOf(where, name), 'is null: leave it out')
    if (typeof names === 'string') assertKind(value, names, where, name)
    else if (isPlain(value)) check(value, names, pathOf(where, name), root)
  }
}

function assertKind(value: unknown, kind: OptionKind, where: string, name: string): void {
  const isSignal = typeof value === 'object' && value !== null && 'aborted' in value
  if (kind === 'function' ? typeof value === 'function' : isSignal) return
  const wanted = kind === 'function' ? 'a function' : 'an AbortSignal'
  throw invalid(pathOf(where, name), `is ${show(value)}: it takes ${wanted}`)
}

function unknownOption(path: string, name: string, known: OptionNames, root: OptionNames): Error {
  const former = adviseFormer(path, root)
  if (former !== undefined) return invalid(path, former)
  const names = Object.keys(known)
  const meant = nearest(name, names)
  if (meant !== undefined) return invalid(path, `is not an option: did you mean ${meant}?`)
  const advice =
    names.length > mostListed
      ? 'check its name, or leave it out'
      : `there ${names.length > 1 ? 'are' : 'is'} ${names.join(', ')}`
  return invalid(path, `is not an option: ${advice}`)
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** As a program writes it: `tls.sni['a.example'].cert`. What cannot be a name is quoted, and cut. */
function pathOf(where: string, name: string): string {
  if (/^[\w$]{1,40}$/.test(name)) return where === '' ? name : `${where}.${name}`
  return `${where}['${JSON.stringify(name.slice(0, 40)).slice(1, -1)}']`
}
