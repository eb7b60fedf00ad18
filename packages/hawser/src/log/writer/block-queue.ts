import type { Clock, ClockTimer } from '../../policy/clock.js'
import { type BlockBuilder } from './block-builder.js'
import type { SealedBlock, SegmentFile } from './segment-file.js'

/** Milliseconds between two calls of fdatasync(2). */
const syncEvery = 1_000

/** A block that waits for the disk, and what is used again when it is there. */
export interface QueuedBlock extends SealedBlock {
  /** Its bytes in the file. */
  readonly size: number
  readonly builder: BlockBuilder
}

/** The one that fills the blocks. */
export interface BlockSource {
  /** A block is in its file. */
  blockWritten(block: QueuedBlock): void
  /** Everything is written. */
  queueEmpty(): void
  /** Nothing will be written any more. */
  queueFailed(cause: unknown): void
}

/** Blocks on their way to the disk: one is written at a time, in the background. */
export class BlockQueue {
  readonly #files: SegmentFile
  readonly #source: BlockSource
  readonly #clock: Clock
  readonly #isSynced: boolean
  readonly #waiting: QueuedBlock[] = []
  #running: Promise<void> | undefined
  #syncTimer: ClockTimer | undefined
  #syncing: Promise<void> | undefined
  #hasFailed = false

  constructor(
    files: SegmentFile,
    source: BlockSource,
    { clock, sync }: { readonly clock: Clock; readonly sync: boolean },
  ) {
    this.#files = files
    this.#source = source
    this.#clock = clock
    this.#isSynced = sync
  }

  get isBusy(): boolean {
    return this.#running !== undefined
  }

  add(block: QueuedBlock): void {
    this.#waiting.push(block)
    this.#running ??= this.#run()
  }

  /** @returns fulfils when nothing waits any more; it never rejects */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  /** What waits, and what is being written, at once: the process exits. */
  writeNow(): void {
    if (!this.#hasFailed) this.#files.writeSync(this.#waiting)
  }

  async close(): Promise<void> {
    await this.settled()
    this.#syncTimer?.cancel()
    await this.#syncing
    if (this.#isSynced) await this.#sync()
    await this.#files.close().catch((cause: unknown) => this.#fail(cause))
  }

  async #run(): Promise<void> {
    for (;;) {
      const block = this.#waiting[0]
      if (block === undefined) break
      try {
        await this.#files.write(block)
      } catch (cause) {
        this.#fail(cause)
        break
      }
      this.#waiting.shift()
      this.#source.blockWritten(block)
      if (this.#isSynced) this.#syncTimer ??= this.#syncLater()
      if (this.#waiting.length === 0) this.#source.queueEmpty()
    }
    this.#running = undefined
  }

  #syncLater(): ClockTimer {
    return this.#clock.schedule(
      () => {
        this.#syncTimer = undefined
        this.#syncing = this.#sync()
      },
      syncEvery,
      false,
    )
  }

  async #sync(): Promise<void> {
    try {
      if (!this.#hasFailed) await this.#files.sync()
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #fail(cause: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#waiting.length = 0
    this.#source.queueFailed(cause)
  }
}
