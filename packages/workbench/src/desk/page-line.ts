/** The way to a page, as a desk needs it. */
export interface PageLine {
  /** Whether what can wait should wait. */
  readonly isFull: boolean
  /** Never throws; what a page that is gone should get is left out. */
  send(data: string | Uint8Array): void
  /** Fulfils when it is not full, or gone. */
  room(): Promise<void>
}
