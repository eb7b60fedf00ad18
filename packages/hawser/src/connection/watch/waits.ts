import { type ErrorText, TimeoutError } from '../../errors.js'
import type { Waits } from '../connection-settings.js'
import type { Watched } from './watched.js'

/** One of the waits of a connection, each of which has a limit. */
export interface Wait {
  /** The option that limits it. */
  readonly limit: Exclude<keyof Waits, 'clock'>
  /** Whether it is being waited for now. A read-side wait stands still while we do not read. */
  counts(watched: Watched): boolean
  /** A number that changes with every progress. */
  progress(watched: Watched): number
  /** The limit is reached. */
  end(watched: Watched): void
}

/** Whether bytes of the peer are being waited for. */
export function isReading({ receiver, isDiscarding }: Watched): boolean {
  return !receiver.stopped && !receiver.ended && !isDiscarding
}

/** Whether a write is under way that the operating system did not take at once. */
export function isWriting({ openSender }: Watched): boolean {
  return openSender !== undefined && openSender.isWriting
}

/** Bytes handed to the operating system: what is only accepted has not moved. */
export function handedOver({ openSender, unsent }: Watched): number {
  return openSender === undefined ? 0 : openSender.accepted - unsent
}

function expire(
  watched: Watched,
  code: TimeoutError['code'],
  op: 'read' | 'write',
  what: string,
  option: Wait['limit'],
  remedy: ErrorText,
): void {
  const error = new TimeoutError(code, what, { ...watched.details, op, option, remedy })
  // Once writing or reading stands still there is no way to end in order.
  watched.fail(error, code === 'HAWSER_WRITE_TIMEOUT' || code === 'HAWSER_CONSUMER_TIMEOUT')
}

/** All waits, the most telling first: when two expire together, the first names the reason. */
export const waits: readonly Wait[] = [
  {
    limit: 'lingerTimeout',
    counts: (watched) => watched.lingers,
    progress: () => 0,
    end: (watched) => watched.lingered(),
  },
  {
    limit: 'writeTimeout',
    counts: isWriting,
    progress: handedOver,
    end(watched) {
      const text = `${watched.unsent} bytes waited ${watched.settings.writeTimeout} ms and the peer took none`
      expire(
        watched,
        'HAWSER_WRITE_TIMEOUT',
        'write',
        text,
        this.limit,
        (limit) => `it stopped reading or is gone (${limit})`,
      )
    },
  },
  {
    limit: 'consumerTimeout',
    counts: (watched) =>
      (watched.receiver.stopped || watched.receiver.ended) &&
      !watched.receiver.empty &&
      !watched.receiver.isSlowedDown &&
      !watched.isDiscarding &&
      !isWriting(watched),
    progress: (watched) => watched.receiver.messages,
    end(watched) {
      const text = `reading stands still and no message was taken for ${watched.settings.consumerTimeout} ms`
      expire(
        watched,
        'HAWSER_CONSUMER_TIMEOUT',
        'read',
        text,
        this.limit,
        (limit) => `consume the connection or close it (${limit})`,
      )
    },
  },
  {
    limit: 'frameTimeout',
    counts: (watched) => isReading(watched) && watched.receiver.isPartial,
    progress: (watched) => watched.receiver.bytes,
    end(watched) {
      const text = `a frame was begun and no byte of it came for ${watched.settings.frameTimeout} ms`
      expire(
        watched,
        'HAWSER_FRAME_TIMEOUT',
        'read',
        text,
        this.limit,
        (limit) => `the peer is gone, or too slow for ${limit}`,
      )
    },
  },
  {
    limit: 'firstByteTimeout',
    // A peer that has not taken our greeting yet cannot reply to it.
    counts: (watched) => isReading(watched) && watched.receiver.bytes === 0 && !isWriting(watched),
    progress: () => 0,
    end(watched) {
      const text = `the peer sent no byte for ${watched.settings.firstByteTimeout} ms after connecting`
      expire(
        watched,
        'HAWSER_FIRST_BYTE_TIMEOUT',
        'read',
        text,
        this.limit,
        (limit) => `if it may stay silent, raise ${limit}`,
      )
    },
  },
  {
    limit: 'readIdleTimeout',
    counts: isReading,
    progress: (watched) => watched.receiver.bytes,
    end(watched) {
      const text = `the peer sent no byte for ${watched.settings.readIdleTimeout} ms`
      expire(
        watched,
        'HAWSER_READ_IDLE_TIMEOUT',
        'read',
        text,
        this.limit,
        (limit) => `it is gone, or quiet for longer than ${limit}`,
      )
    },
  },
  {
    limit: 'idleTimeout',
    // After its FIN a peer may still take a reply that is being worked on, and nothing else.
    counts: (watched) =>
      isReading(watched) ||
      (watched.receiver.ended &&
        !watched.receiver.isSlowedDown &&
        !watched.isDiscarding &&
        !watched.isAtWork),
    progress: (watched) => watched.receiver.bytes + handedOver(watched),
    end(watched) {
      const text = `no byte moved in either direction for ${watched.settings.idleTimeout} ms`
      expire(
        watched,
        'HAWSER_IDLE_TIMEOUT',
        'read',
        text,
        this.limit,
        (limit) => `send something now and then, or raise ${limit}`,
      )
    },
  },
]
