import { decodeText, type Reading, splitText, utf8 } from './split-text.js'

/** A part of a text: as it is, or what stands for a character that is not shown. */
export interface Piece {
  readonly text: string
  readonly isEscape: boolean
}

/**
 * Controls, and characters that a browser would obey or not show: marks of direction, of joining, of lines. What a peer
 * sends must not change how anything else is read.
 */
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const obeyedOrNot = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+)/u
const names: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
}

/** Bytes as one line of text, with an escape for each character that is not shown, and each byte that is none. */
export function showLine(bytes: Uint8Array, reading: Reading = utf8): Piece[] {
  return show(bytes, reading, cut)
}

/** Bytes as text with its lines and tabs. */
export function showText(bytes: Uint8Array, reading: Reading = utf8): Piece[] {
  return show(bytes, reading, cutLines)
}

function show(bytes: Uint8Array, reading: Reading, cutText: (text: string) => Piece[]): Piece[] {
  return splitText(bytes, reading).flatMap((part) =>
    part.isText
      ? cutText(decodeText(part.bytes, reading.encoding))
      : [{ text: Array.from(part.bytes, byteEscape).join(''), isEscape: true }],
  )
}

/** Text whose lines and tabs are kept, and nothing else is obeyed. */
export function cutLines(text: string): Piece[] {
  return text.split(/(\r?\n|\t)/).flatMap((part, index) =>
    // What was split at is at the odd places.
    index % 2 === 1 ? [{ text: part.replace('\r', ''), isEscape: false }] : cut(part),
  )
}

/** Text in which nothing is obeyed. */
export function tame(text: string): string {
  return cut(text)
    .map((piece) => piece.text)
    .join('')
}

function cut(text: string): Piece[] {
  return text
    .split(obeyedOrNot)
    .filter((part) => part !== '')
    .map((part) =>
      obeyed.test(part)
        ? { text: Array.from(part, escape).join(''), isEscape: true }
        : { text: part, isEscape: false },
    )
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return names[character] ?? (code < 128 ? byteEscape(code) : `\\u{${code.toString(16)}}`)
}

function byteEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
