import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { UserFile } from '../../src/user-file/user-file.js'

/** Something that is waited for, and happens when a test wants it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

/** Two workbenches with one file, of which each adds a line. */
function openTwo() {
  const folder = createFolder()
  const path = join(folder, 'names')
  const add = (name: string, begun: () => void = () => undefined, until = Promise.resolve()) => {
    const file = new UserFile(path, 1_000)
    return file.update(async () => {
      const before = (await file.read()) ?? ''
      begun()
      await until
      return `${before}${name}\n`
    })
  }
  return { folder, add, lock: `${path}.lock`, written: () => readFileSync(path, 'utf8') }
}

it('one that slept until others took its lock writes nothing over what they wrote', async () => {
  const { folder, add, lock, written } = openTwo()
  const [begun, awake] = [gate(), gate()]
  const sleeper = add('sleeper', begun.open, awake.opened)
  await begun.opened
  // What others do with a lock that stays the same for seconds.
  rmSync(lock)
  await add('other')
  expect(written()).toBe('other\n')
  awake.open()
  await sleeper
  expect(written()).toBe('other\nsleeper\n')
  expect(readdirSync(folder)).toEqual(['names'])
})

it('one that slept leaves the lock of the other one, and waits for it', async () => {
  const { folder, add, lock, written } = openTwo()
  const [begun, awake] = [gate(), gate()]
  const sleeper = add('sleeper', begun.open, awake.opened)
  await begun.opened
  rmSync(lock)
  const [otherBegun, done] = [gate(), gate()]
  const other = add('other', otherBegun.open, done.opened)
  await otherBegun.opened
  awake.open()
  const third = add('third')
  done.open()
  await Promise.all([sleeper, other, third])
  expect(written().split('\n').toSorted()).toEqual(['', 'other', 'sleeper', 'third'])
  expect(readdirSync(folder)).toEqual(['names'])
})
