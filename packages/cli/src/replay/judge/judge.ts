import type { Difference } from '../difference.js'

/** Compares what comes from the other side with what was recorded of it. */
export interface Judge {
  /** How far in what was recorded the other side has come, in bytes. */
  readonly reached: number
  /** Recorded bytes that are known and not reached. */
  readonly owed: number
  /** Whether it takes more of the recording, to look further ahead. */
  readonly wants: boolean
  /** Bytes that came and are not judged yet. */
  readonly ahead: number
  /** What comes next in the recording. */
  expect(bytes: Uint8Array): void
  /** What came. */
  got(bytes: Uint8Array): void
  /**
   * Compare as far as it goes.
   *
   * @param known whether no more of the recording can be read for now
   * @param recorded whether that was all of the recording
   * @param final whether nothing more comes: what could still become equal is a difference then
   * @returns the first difference
   */
  judge(known: boolean, recorded: boolean, final: boolean): Difference | undefined
  /** What comes next is late, or missing: the place where it should have been. */
  where(): Pick<Difference, 'at' | 'gotAt' | 'expected' | 'got' | 'column' | 'frame'>
  /**
   * Take what is missing as if it had come, where that is no difference.
   *
   * @param until up to this byte of the recording
   * @returns whether that changed anything
   */
  forgive(until: number): boolean
}

/** So many bytes of a recording are looked ahead. */
export const lookahead: number = 64 * 1024
