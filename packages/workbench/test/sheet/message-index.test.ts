import { expect, it } from 'vitest'
import { IndexBudget, MessageIndex } from '../../src/sheet/messages/message-index.js'

const chunk = 65_536

function fill(index: MessageIndex, count: number): void {
  for (let row = 0; row < count; row++) index.add({ is: 'message', row, end: 1, size: 1 })
}

it('views of messages share the memory for where these are, and give it back', () => {
  const budget = new IndexBudget(3)
  const [one, other, next] = [1, 2, 3].map(() => new MessageIndex(budget)) as [
    MessageIndex,
    MessageIndex,
    MessageIndex,
  ]
  fill(one, chunk + 1)
  fill(other, chunk)
  expect([one.isFull, other.isFull]).toEqual([false, false])
  fill(other, 1)
  expect([other.isFull, other.size]).toEqual([true, chunk])
  // One that has a chunk fills it.
  fill(one, chunk - 1)
  expect([one.isFull, one.size]).toEqual([false, 2 * chunk])
  one.close()
  fill(next, 2 * chunk + 1)
  expect([next.isFull, next.size, next.at(2 * chunk - 1)?.row]).toEqual([
    true,
    2 * chunk,
    2 * chunk - 1,
  ])
})
