import { type ConnectionOptions, type Framing, lines, netstring } from 'hawser'
import type { World } from 'hawser/simulate'
import type { Message } from './ways.js'

/** No frame is larger, so that it fits into the smallest inbox. */
export const maxFrame: number = 64 * 1024

/** The framing of a server and its clients. */
export function pickFraming(world: World): Framing<Message, string> {
  return world.random() < 0.5 ? lines({ maxFrame }) : netstring({ maxFrame })
}

/**
 * Limits of a connection that are small now and then. None of them ends it in order, which its peer could not
 * tell from an end of its own accord.
 */
export function pickLimits(world: World): ConnectionOptions & { readonly keepAlive: number } {
  return {
    // One that only listens, and sends no pings, learns by this that the other end is gone.
    keepAlive: 20_000,
    highWaterMark: world.pick([1, 1_024, 64 * 1024]),
    inbox: world.pick([maxFrame, 2 * 1024 * 1024]),
    writeTimeout: world.pick([2_000, 30_000, Infinity]),
    consumerTimeout: world.pick([2_000, 60_000]),
    minimumRate: world.pick([1, 240, Infinity]),
    lingerTimeout: world.pick([1, 1_000, 5_000]),
  }
}
