import { expect, it } from 'vitest'
import { Hearing, MOST_MISSING, ReceivedSequences, SentSequences } from '../src/sequences.js'

it('the messages of each topic are numbered by themselves', () => {
  const sent = new SentSequences()
  const numbers = ['a', 'b', 'a'].map((topic) => sent.next(topic).number)
  expect(numbers).toEqual([1, 1, 2])
})

it('a topic that was dropped from a full table begins a new epoch', () => {
  const sent = new SentSequences(4)
  const before = { ...sent.next('a') }
  for (const topic of ['b', 'c', 'd']) sent.next(topic)
  const after = sent.next('a')
  expect(after.number).toBe(1)
  expect(after.epoch).not.toBe(before.epoch)
  expect(sent.size).toBeLessThanOrEqual(4)
})

it('a topic that is in use stays in a full table', () => {
  const sent = new SentSequences(4)
  for (const topic of ['a', 'b', 'a', 'c', 'a', 'd']) sent.next(topic)
  expect(sent.next('a').number).toBe(4)
})

it('a gap is counted, a repetition is a duplicate, and a first message is neither', () => {
  const hearing = new Hearing(new ReceivedSequences(), 1)
  const take = (number: number, epoch = 1): ReturnType<Hearing['take']> =>
    hearing.take('node', { epoch, number })
  expect([take(7), take(8), take(12), take(12), take(9), take(13)]).toEqual([
    0,
    0,
    3,
    'duplicate',
    'duplicate',
    0,
  ])
  expect([take(1, 2), take(3, 2)]).toEqual([0, 1])
})

it('a number that no node gets to is of a stranger, and hides nothing of the node', () => {
  const hearing = new Hearing(new ReceivedSequences(), 1)
  const take = (number: number): ReturnType<Hearing['take']> =>
    hearing.take('node', { epoch: 1, number })
  expect([take(1), take(2 ** 48 - 1), take(3 + MOST_MISSING), take(2)]).toEqual([
    0,
    'stranger',
    'stranger',
    0,
  ])
  expect(take(3 + MOST_MISSING)).toBe(MOST_MISSING)
})

it('senders and subscriptions are followed apart from each other', () => {
  const received = new ReceivedSequences()
  const [first, second] = [new Hearing(received, 1), new Hearing(received, 2)]
  expect(first.take('one', { epoch: 1, number: 1 })).toBe(0)
  expect(first.take('two', { epoch: 1, number: 5 })).toBe(0)
  expect(second.take('one', { epoch: 1, number: 5 })).toBe(0)
  expect(first.take('one', { epoch: 1, number: 3 })).toBe(1)
})

it('a hundred thousand senders leave a table of its limit', () => {
  const received = new ReceivedSequences(1_000)
  const hearing = new Hearing(received, 1)
  for (let sender = 0; sender < 100_000; sender += 1) {
    hearing.take(`node-${sender}`, { epoch: 1, number: 1 })
  }
  expect(received.size).toBeGreaterThanOrEqual(500)
  expect(received.size).toBeLessThanOrEqual(1_000)
})
