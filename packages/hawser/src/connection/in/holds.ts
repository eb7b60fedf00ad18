/** Why no message is delivered at the moment. Several may hold at once: they are bits of one number. */
export const holds = {
  /** `pause()` was called. */
  paused: 1,
  /** The framing is about to be switched. */
  switching: 2,
  /** The outbox is above its high-water mark, and no sender slows itself down by awaiting room. */
  blocked: 4,
  /** TLS is about to begin. */
  upgrading: 8,
  /** What still arrives is dropped. */
  discarding: 16,
  /** Its share of this turn is used up. */
  spent: 32,
  /** The other end of a relay has to take what it was given first. */
  relaying: 64,
  /** `receive` takes the next one, ahead of the handler. */
  receiving: 128,
  /** `onConnect` is at work, and no request waits: the next one is for its `receive`. */
  greeting: 256,
  /** So many messages a second are allowed, and they were delivered. */
  rationed: 512,
  /** Bytes are taken past the framing: the next message is behind them. */
  taking: 1024,
  /** More bytes came than are allowed a second: what came is delivered, and nothing more is read. */
  overdrawn: 2048,
} as const

/** All that keep messages back. */
export const allHolds: number = 2 * holds.taking - 1
/** All but a blocked outbox: for what has the outbox alone as its bound. */
export const unbraked: number = allHolds - holds.blocked
