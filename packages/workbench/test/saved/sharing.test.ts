import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runs } from '../../../../test/support/property-runs.js'
import { mergeSaved } from '../../src/saved/merge-saved.js'
import { SavedFilePlace } from '../../src/saved/saved-file.js'
import { SavedItems } from '../../src/saved/saved-items.js'

const message = (name: string, text = name) => ({ kind: 'message', value: { name, text } }) as const

/** Workbenches that have the same file, each as it was when it was opened. */
async function openTwo(...names: readonly string[]) {
  const file = join(createFolder(), 'saved.json')
  const notices: string[] = []
  const open = async (): Promise<SavedItems> => {
    const place = new SavedFilePlace(file, (text) => void notices.push(text))
    return new SavedItems(await place.read(), place)
  }
  const first = await open()
  for (const name of names) await first.keep(message(name))
  return { one: await open(), other: await open(), open, file, notices }
}

function shown({ state }: SavedItems): string[] {
  return state.messages.map(({ name, text }) => (name === text ? name : `${name}=${text}`))
}

it('what another workbench has saved meanwhile is there, and is shown', async () => {
  const { one, other, open } = await openTwo('a', 'b', 'c')
  await one.keep(message('one'))
  await one.keep(message('a', 'changed'), 'a')
  await one.forget('message', 'c')
  let told = 0
  other.watch(() => void told++)
  await other.keep(message('other'))
  expect(shown(other)).toEqual(['a=changed', 'b', 'other', 'one'])
  expect(told).toBe(2)
  expect(shown(await open())).toEqual(shown(other))
  await one.move('message', 'b', 0)
  expect(shown(one)).toEqual(['b', 'a=changed', 'one', 'other'])
})

it('what both have changed is there twice', async () => {
  const { one, other, open } = await openTwo('a', 'b')
  const long = '𝒜'.repeat(32)
  await one.keep(message('a', 'ours'), 'a')
  await one.keep(message(long))
  await one.forget('message', 'b')
  await Promise.all([
    other.keep(message('a', 'theirs'), 'a'),
    other.keep(message('b', 'changed'), 'b'),
    other.keep(message(long, 'another')),
  ])
  // A name has 64 letters at most, and none of them is half.
  const cut = `${'𝒜'.repeat(31)} 2`
  const ours = ['a=theirs', 'b=changed', `${long}=another`]
  expect(shown(other)).toEqual([...ours, 'a 2=ours', `${cut}=${long}`])
  expect(shown(await open())).toEqual(shown(other))
})

it('several that save at the same time lose nothing', async () => {
  const { open } = await openTwo()
  const workbenches = await Promise.all(Array.from({ length: 6 }, open))
  await Promise.all(
    workbenches.flatMap((saved, of) => [
      saved.keep(message(`${of} first`)),
      saved.keep(message(`${of} second`)),
    ]),
  )
  const names = shown(await open()).toSorted()
  expect(names).toEqual(workbenches.flatMap((_, of) => [`${of} first`, `${of} second`]))
})

it('a file that is gone, or broken, is written anew', async () => {
  const { one, open, file, notices } = await openTwo('a', 'b')
  rmSync(file)
  await one.keep(message('c'))
  expect(shown(await open())).toEqual(['a', 'b', 'c'])
  writeFileSync(file, '{ broken')
  await one.keep(message('d'))
  expect(shown(await open())).toEqual(['a', 'b', 'c', 'd'])
  expect(readFileSync(`${file}.broken`, 'utf8')).toBe('{ broken')
  expect(notices).toEqual([expect.stringContaining('It was set aside as')])
})

it('what is too much together is refused, and neither of them loses its own', async () => {
  const { one, other, open } = await openTwo()
  const large = 'x'.repeat(65_000)
  for (let number = 0; number < 30; number++) await one.keep(message(`one ${number}`, large))
  const last = other.keep(message('other', large)).then(() => other.keep(message('other 2', large)))
  await last
  await expect(other.keep(message('other 3', large))).rejects.toThrow(/2097152/)
  expect(shown(await open())).toHaveLength(32)
})

const items = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'a 2'),
    text: fc.constantFrom('1', '2', '3'),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
)

it('whatever both do, each name is there once, and nothing that one has kept is lost', () => {
  fc.assert(
    fc.property(items, items, items, (before, ours, theirs) => {
      const of = (messages: typeof before) => ({ messages, sequences: [] })
      const { messages } = mergeSaved(of(before), of(ours), of(theirs))
      const names = messages.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      const was = new Set(before.map(({ name, text }) => `${name}=${text}`))
      for (const side of [ours, theirs]) {
        for (const { name, text } of side) {
          if (was.has(`${name}=${text}`)) continue
          const isThere = messages.some(
            (item) =>
              item.text === text && (item.name === name || item.name.startsWith(`${name} `)),
          )
          expect(isThere).toBe(true)
        }
      }
      expect(mergeSaved(of(before), of(ours), of(before)).messages).toEqual(ours)
      expect(mergeSaved(of(before), of(before), of(theirs)).messages).toEqual(theirs)
    }),
    runs(1_000),
  )
})
