import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Pulse } from '../src/pulse.js'

/** A client whose server replies to pings, or not. */
function start(): { told: string[]; state: { replies: boolean; isUp: boolean }; pulse: Pulse } {
  const told: string[] = []
  const state = { replies: true, isUp: true }
  const nats = {
    flush: () => (state.replies ? Promise.resolve() : new Promise<void>(() => undefined)),
    reconnect: () => {
      told.push('reconnect')
      // As the client's does where nothing gets through.
      return new Promise<void>(() => undefined)
    },
    protocol: { transport: { socket: { destroy: () => void told.push('destroyed') } } },
  } as unknown as NatsConnection
  const pulse = new Pulse(nats, {
    every: 1_000,
    misses: 2,
    isUp: () => state.isUp,
    vanished: () => void told.push('vanished'),
  })
  return { told, state, pulse }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('a server that replies is left alone', async () => {
  const { told, pulse } = start()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual([])
  pulse.stop()
})

it('one that has not replied to two pings is given up, and its socket destroyed', async () => {
  const { told, state, pulse } = start()
  await vi.advanceTimersByTimeAsync(5_000)
  state.replies = false
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual(['vanished', 'reconnect', 'destroyed'])
  pulse.stop()
})

it('one that replies to the second counts from none again', async () => {
  const { told, state, pulse } = start()
  for (let round = 0; round < 5; round += 1) {
    state.replies = false
    await vi.advanceTimersByTimeAsync(1_000)
    state.replies = true
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(told).toEqual([])
  pulse.stop()
})

it('nothing is pinged while there is no connection, nor after the end', async () => {
  const { told, state, pulse } = start()
  state.isUp = false
  state.replies = false
  await vi.advanceTimersByTimeAsync(60_000)
  state.isUp = true
  pulse.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual([])
})
