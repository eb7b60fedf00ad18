import { isDeepStrictEqual } from 'node:util'
import type { SavedState } from '../protocol/saved-state.js'

interface Named {
  readonly name: string
}

/** What a name may have, with the number that tells it from another one. */
const longestName = 64

/**
 * What two workbenches have made of the same list. Nothing that one of them has kept is lost: what both have changed is
 * there twice.
 *
 * @param before as both have known it
 * @param ours where it is in another order, the order is this one
 */
export function mergeSaved(before: SavedState, ours: SavedState, theirs: SavedState): SavedState {
  return {
    messages: mergeList(before.messages, ours.messages, theirs.messages),
    sequences: mergeList(before.sequences, ours.sequences, theirs.sequences),
  }
}

function mergeList<Item extends Named>(
  before: readonly Item[],
  ours: readonly Item[],
  theirs: readonly Item[],
): readonly Item[] {
  if (isDeepStrictEqual(theirs, before)) return ours
  if (isDeepStrictEqual(ours, before)) return theirs
  const [was, is] = [byName(before), byName(theirs)]
  const merged = ours.flatMap((item): Item[] => {
    const isOurs = !isDeepStrictEqual(item, was.get(item.name))
    const other = is.get(item.name)
    if (isOurs) return [item]
    return other === undefined ? [] : [other]
  })
  const names = new Set([...ours, ...theirs, ...before].map(({ name }) => name))
  const kept = byName(merged)
  for (const item of theirs) {
    const isTheirs = !isDeepStrictEqual(item, was.get(item.name))
    if (!isTheirs || isDeepStrictEqual(item, kept.get(item.name))) continue
    if (!kept.has(item.name)) merged.push(item)
    else merged.push({ ...item, name: freeName(item.name, names) })
  }
  return merged
}

function byName<Item extends Named>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.name, item]))
}

function freeName(wanted: string, names: Set<string>): string {
  for (let number = 2; ; number++) {
    const ending = ` ${number}`
    // Half of a letter is none.
    const begin = wanted.slice(0, longestName - ending.length).replace(/[\uD800-\uDBFF]$/, '')
    const name = begin + ending
    if (names.has(name)) continue
    names.add(name)
    return name
  }
}
