/** What went through connections, counted. */
export interface Traffic {
  /** Bytes received. */
  bytesRead: number
  /** Bytes accepted for sending. */
  bytesWritten: number
  /** Messages delivered. */
  messagesRead: number
  /** Messages accepted for sending. */
  messagesWritten: number
}

/** Add what `other` counted to `sum`. */
export function addTraffic(sum: Traffic, other: Readonly<Traffic>): void {
  sum.bytesRead += other.bytesRead
  sum.bytesWritten += other.bytesWritten
  sum.messagesRead += other.messagesRead
  sum.messagesWritten += other.messagesWritten
}

/** Nothing counted yet. */
export function noTraffic(): Traffic {
  return { bytesRead: 0, bytesWritten: 0, messagesRead: 0, messagesWritten: 0 }
}
