import { describe, expect, it } from 'vitest'
import { Interrupts } from '../../src/input/interrupts.js'

function requestAt(...times: number[]): number[] {
  const counts: number[] = []
  let now = 0
  const interrupts = new Interrupts(
    (count) => counts.push(count),
    () => now,
  )
  for (const time of times) {
    now = time
    interrupts.request('SIGINT')
  }
  return counts
}

describe('Interrupts', () => {
  it('counts signals that come one after the other', () => {
    expect(requestAt(0, 1000, 1300)).toEqual([1, 2, 3])
  })

  it('takes two within 250 ms for one, as npm and the terminal each deliver Ctrl-C', () => {
    expect(requestAt(0, 1, 249)).toEqual([1])
    expect(requestAt(0, 249, 251)).toEqual([1, 2])
  })
})
