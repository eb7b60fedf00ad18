// When a connection has nothing left to do, and what follows from that. The peer's FIN is no reason
// to end ours: only when all it sent was taken, and nothing is at work on a reply, is it time.

/** What of a connection says whether it is done. */
export interface Completing {
  readonly settings: { readonly allowHalfOpen: boolean }
  readonly isDiscarding: boolean
  readonly draining: boolean
  /** A function handler is at work, or a stream over our direction is open: our end is theirs. */
  readonly isHeldOpen: boolean
  readonly handlerRuns: boolean
  readonly isSendingDone: boolean
  readonly receiver: {
    readonly ended: boolean
    readonly empty: boolean
    readonly done: boolean
    readonly consumer: { readonly atRest: boolean; readonly endsWithPeer: boolean } | undefined
    dismiss(error: undefined): void
  }
  endOurs(by: 'remote'): void
  finish(): void
  settle(): void
}

/** End our direction if all that will ever come was taken and worked on. */
export function endWhenDone(connection: Completing): void {
  const { consumer, ended, done } = connection.receiver
  const rests = consumer === undefined ? !connection.handlerRuns : consumer.atRest
  if (connection.isDiscarding || !rests || !done) return
  if (connection.draining) {
    if (!connection.isSendingDone) return
    connection.receiver.dismiss(undefined)
    // A function handler still gets to say goodbye: its settling ends the connection.
    if (!connection.isHeldOpen) connection.finish()
  } else if (ended && consumer?.endsWithPeer === true) endWithPeer(connection)
}

/** End our direction if the peer has ended and nothing is there to take or send more. */
export function endWhenLeft(connection: Completing): void {
  const { consumer, ended, empty, done } = connection.receiver
  if (consumer !== undefined) return
  if (ended && (empty || done)) endWithPeer(connection)
  connection.settle()
}

/** The peer has ended and all it sent was taken: so do we, unless our end is for the program to say. */
export function endWithPeer(connection: Completing): void {
  const { settings, isHeldOpen, isDiscarding } = connection
  if (!settings.allowHalfOpen && !isHeldOpen && !isDiscarding) connection.endOurs('remote')
}

/** Whether nothing that was received is still to be delivered to a live consumer. */
export function isDelivered({ receiver }: Completing): boolean {
  const { consumer, ended, empty, done } = receiver
  if (consumer === undefined || !ended) return true
  return (empty || done) && (consumer.atRest || !consumer.endsWithPeer)
}
