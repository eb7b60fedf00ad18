import { Buffer } from 'node:buffer'
import { decodeEvent, encodeEvent } from '../format/events.js'

/** A direction of a connection, or its events: what its next row has to know about the one before. */
export interface Track {
  readonly connection: number
  /** The number of its kind. */
  readonly kind: number
  /** Whose it is, where several write; 0 where one does. */
  readonly source: number
  /** Bytes so far, those that were not stored as well. */
  position: number
  /** The number of its last row; -1 before the first one. */
  last: number
  /** What is said of its connection in each file; undefined where no file is deleted. */
  opened: Opened | undefined
}

/** A track without rows. */
export function createTrack(connection: number, kind: number, source: number): Track {
  return { connection, kind, source, position: 0, last: -1, opened: undefined }
}

/**
 * What the event with which a connection opened says: the first row of the connection in each further file says it again,
 * because the files before may be deleted.
 */
export class Opened {
  /** Of its events. */
  readonly track: Track
  /** The last file that says it. */
  segment: number
  /** The bytes of the event, a character each: a Buffer would keep more memory than its own. */
  readonly #said: string

  constructor(track: Track, segment: number, event: Buffer) {
    this.track = track
    this.segment = segment
    this.#said = event.toString('latin1')
  }

  /** An event that says it. */
  encode(): Buffer {
    return encodeEvent({ ...decodeEvent(Buffer.from(this.#said, 'latin1')), event: 'continues' })
  }
}
