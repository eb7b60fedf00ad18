/** What the wire of a scripted peer calls. */
export interface WireEvents {
  /** Bytes arrived; the receiver owns them. */
  received(bytes: Uint8Array): void
  /** The other side ended its direction. */
  peerEnded(): void
  /** The wire is gone, with the error if there was one. Once, and last. */
  gone(error: Error | undefined): void
}

/** The stream a scripted peer speaks on: a real socket, or one end of a pair in memory. */
export interface Wire {
  /** Begin to report into `events`; called once, before anything else. */
  start(events: WireEvents): void
  /** Fulfils when the bytes were handed over; rejects when the wire is gone before. */
  send(bytes: Uint8Array): Promise<void>
  /** FIN, after all that was sent. */
  end(): void
  /** RST where the wire can, else an immediate close. */
  reset(): void
  /** Let go of the stream. */
  close(): void
  /** Read nothing more from the operating system. */
  stopReading(): void
  /** Read again. */
  startReading(): void
}
