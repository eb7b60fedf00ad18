/** Where output goes. Writing never blocks: what cannot be written yet is queued. */
export interface Sink {
  /** Bytes, or UTF-16 units of text, that wait to be written. */
  readonly queued: number
  /** Queue a chunk. */
  write(chunk: string | Uint8Array): void
  /** Settles when nothing is queued. Never rejects. */
  drained(): Promise<void>
}

/** What a sink does when its reader has gone, or the disk is full. */
export type OnSinkError = (error: NodeJS.ErrnoException) => void
