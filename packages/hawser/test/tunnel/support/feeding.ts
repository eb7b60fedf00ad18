import type { Tunnel } from '../../../src/tunnel/tunnel.js'

/** What became of a tunnel when `answer` was all that its proxy said. */
export interface Outcome {
  readonly kind: 'more' | 'open' | 'refused' | 'broken'
  readonly text?: string
  /** All that was sent, one entry for each time it was our turn. */
  readonly sent: readonly Uint8Array[]
  /** What came behind the proxy's own words. */
  readonly rest: Uint8Array
}

/**
 * Feed a proxy's answers, cut into pieces. A list is what it says turn by turn: the next is said when
 * the one before has been answered.
 */
export function feed(
  tunnel: Tunnel,
  answers: readonly Uint8Array[],
  pieceSize = Infinity,
): Outcome {
  const sent = [tunnel.begin()]
  for (const answer of answers) {
    for (let at = 0; at < answer.length; at += pieceSize) {
      const piece = answer.subarray(at, Math.min(answer.length, at + pieceSize))
      const result = tunnel.receive(piece)
      if (result.kind === 'send') sent.push(result.bytes)
      if (result.kind === 'open') {
        return { kind: 'open', sent, rest: answer.subarray(at + result.consumed) }
      }
      if (result.kind === 'refused') {
        return { kind: 'refused', text: result.reason, sent, rest: new Uint8Array() }
      }
      if (result.kind === 'broken') {
        return { kind: 'broken', text: result.problem, sent, rest: new Uint8Array() }
      }
    }
  }
  return { kind: 'more', sent, rest: new Uint8Array() }
}

/** Bytes of a text, one for each character. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** The text of bytes, one character for each. */
export function textOf(bytes: Uint8Array | undefined): string {
  return String.fromCharCode(...(bytes ?? []))
}
