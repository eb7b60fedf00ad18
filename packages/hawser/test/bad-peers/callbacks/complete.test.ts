import { expect, it } from 'vitest'
import { allRows } from './all-rows.js'
import { elsewhere, exempt } from './exempt.js'
import { publicFunctions } from './public-functions.js'

// Two names of one thing.
const same: Readonly<Record<string, string>> = {
  'Server(handler)': 'createServer(handler)',
  'Client(destination)': 'createClient(destination)',
  'Pool(destination)': 'createPool(destination)',
}
// Errors are made by the library, whatever their constructors take.
const found = [...publicFunctions()].filter((name) => !name.endsWith('Error(what)'))
/** A row may try one callback in several situations: `HeartbeatOptions.ping of a client`. */
const walked = new Set(Object.keys(allRows).map((name) => name.replace(/ (?:of|behind) .*/, '')))

function covers(known: string, name: string): boolean {
  return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : known === name
}

function isExempt(name: string): boolean {
  return Object.keys(exempt).some((known) => covers(known, name))
}

it('every function that a program can hand over is walked, or exempt by name', () => {
  expect(found.length).toBeGreaterThan(60)
  const missing = found.filter(
    (name) => !walked.has(same[name] ?? name) && !(name in elsewhere) && !isExempt(name),
  )
  expect(missing).toEqual([])
})

it('nothing is walked, or exempt, that is no more', () => {
  const names = new Set(found)
  const known = [...walked, ...Object.keys(elsewhere)].filter(
    (name) => !name.startsWith('tls.node'),
  )
  expect(known.filter((name) => !names.has(name))).toEqual([])
  const idle = Object.keys(exempt).filter((name) => !found.some((each) => covers(name, each)))
  expect(idle).toEqual([])
})
