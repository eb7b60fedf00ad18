/**
 * Where a file of a package lies, and whether one place may know another, by a table of rooms and
 * wings (`wall-rules.mjs`). Pure: it sees names and never a file.
 *
 * @typedef {import('./wall-rules.mjs').Table} Table
 * @typedef {import('./wall-rules.mjs').Room} Room
 *
 * @typedef {object} Place
 * @property {string} room the folder or single file directly below `src`
 * @property {string} wing the folders below it, such as `tls` or `tls/store`; empty without one
 * @property {string} file the file's name without its ending
 */

const TABLE = 'scripts/lib/wall-rules.mjs'

/** @param {string} path from `src` on @returns {Place} */
export function placeOf(path) {
  const parts = path.replace(/\.(d\.)?[cm]?[jt]sx?$/, '').split('/')
  const [room = ''] = parts
  return { room, wing: parts.slice(1, -1).join('/'), file: parts.at(-1) ?? '' }
}

/** @param {Place} place */
export function nameOf({ room, wing }) {
  return wing === '' ? room : `${room}/${wing}`
}

/**
 * @param {Table} table @param {Place} place
 * @returns {string | undefined} why nothing can be said of a place
 */
export function findMissingRow(table, place) {
  const room = table[place.room]
  const isKnown = room !== undefined && (place.wing === '' || room.wings?.[place.wing])
  return isKnown ? undefined : `'${nameOf(place)}' has no row in ${TABLE}: add one`
}

/**
 * @param {Table} table @param {Place} from @param {Place} to
 * @returns {string | undefined} why `from` may not import `to`; both have their rows
 */
export function judgeImport(table, from, to) {
  const room = table[from.room]
  if (room === undefined) return findMissingRow(table, from)
  if (from.room === to.room) return judgeInside(room, from, to)
  const units = room.wings?.[from.wing]?.units ?? room.units
  if (!units.includes(to.room)) return `${nameOf(from)} may not import ${to.room}`
  const target = table[to.room]
  const doors = to.wing === '' ? (target?.doors ?? ['*']) : (target?.wings?.[to.wing]?.doors ?? [])
  if (doors.includes('*') || doors.includes(to.file)) return undefined
  const open = doors.length === 0 ? 'nothing of it' : doors.join(', ')
  return `${nameOf(to)}/${to.file} is no door of ${to.room}: of ${nameOf(to)}, others see ${open}`
}

/**
 * @param {Table} table @param {Place} from @param {string} builtin without `node:`
 * @returns {string | undefined} why `from` may not import a module of Node.js
 */
export function judgeBuiltin(table, from, builtin) {
  const room = table[from.room]
  const builtins = room?.wings?.[from.wing]?.builtins ?? room?.builtins
  if (builtins === undefined || builtins.includes(builtin)) return undefined
  return `${nameOf(from)} may not import 'node:${builtin}'`
}

/** @param {Room} room @param {Place} from @param {Place} to */
function judgeInside({ wings = {} }, from, to) {
  if (from.wing === to.wing) return undefined
  const ownNames = from.wing === '' ? ['.'] : [from.wing]
  if (to.wing !== '' && parentOf(to.wing) === from.wing) {
    const isAbove = wings[to.wing]?.sees.some((name) => ownNames.includes(name))
    return isAbove ? `${nameOf(to)} is above ${nameOf(from)}, and not below it` : undefined
  }
  const names = to.wing === '' ? ['.', to.file] : [to.wing, `${to.wing}/${to.file}`]
  const sees = wings[from.wing]?.sees ?? []
  if (names.some((name) => sees.includes(name))) return undefined
  const what = to.wing === '' ? `${to.room}/${to.file}` : nameOf(to)
  return `${nameOf(from)} does not see ${what}`
}

/** @param {string} wing */
function parentOf(wing) {
  return wing.split('/').slice(0, -1).join('/')
}

/**
 * What is wrong with a table itself: circles, rooms that are not there, and a wing that may more than
 * its room.
 *
 * @param {Table} table @returns {string[]}
 */
export function findTableFaults(table) {
  const rooms = Object.fromEntries(Object.entries(table).map(([name, { units }]) => [name, units]))
  return [
    ...findCircles(rooms),
    ...Object.entries(rooms).flatMap(([name, units]) =>
      units.filter((unit) => !(unit in table)).map((unit) => `${name}: there is no room '${unit}'`),
    ),
    ...Object.entries(table).flatMap(([name, room]) => findWingFaults(name, room)),
  ]
}

/** @param {string} name @param {Room} room */
function findWingFaults(name, { units, builtins, wings = {} }) {
  const seen = Object.entries(wings).map(([wing, { sees }]) => [
    wing,
    sees.filter((other) => other in wings),
  ])
  const excess = Object.entries(wings).flatMap(([wing, rule]) =>
    [
      ...(rule.units ?? []).filter((unit) => !units.includes(unit)),
      ...(rule.builtins ?? []).filter((builtin) => builtins?.includes(builtin) === false),
    ].map((what) => `${name}/${wing}: its room may not import '${what}'`),
  )
  const orphans = Object.keys(wings).filter((wing) => {
    const parent = parentOf(wing)
    return parent !== '' && !(parent in wings)
  })
  return [
    ...findCircles(Object.fromEntries(seen)).map((text) => `${name}: ${text}`),
    ...excess,
    ...orphans.map((wing) => `${name}/${wing}: the wing around it has no row`),
  ]
}

/**
 * Takes away what imports nothing that is left, and what nothing imports that is left: only circles
 * stay, and what lies between two of them.
 *
 * @param {Record<string, readonly string[]>} graph
 * @returns {string[]} at most one complaint
 */
function findCircles(graph) {
  let left = Object.keys(graph)
  for (let size = -1; size !== left.length;) {
    size = left.length
    left = left.filter((name) => graph[name]?.some((other) => left.includes(other)))
    left = left.filter((name) => left.some((other) => graph[other]?.includes(name)))
  }
  return left.length === 0 ? [] : [`these import each other in a circle: ${left.join(', ')}`]
}
