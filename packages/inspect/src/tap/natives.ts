/**
 * What the tap needs of Node.js, taken before the program runs: what a program, a mock or a clock of a test puts in the
 * place of these later does not reach the tap.
 */
import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, openSync, writevSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setInterval } from 'node:timers'

const origin = performance.timeOrigin
const clock = performance.now.bind(performance)

/** Milliseconds since 1970, with a fraction. */
export const now = (): number => origin + clock()

/** Of Node.js. */
export const version: string = process.version

export const natives: {
  readonly isEncoding: (name: string) => name is BufferEncoding
  readonly byteLength: (text: string, encoding: BufferEncoding) => number
  readonly fromText: (text: string, encoding: BufferEncoding) => Buffer
  readonly stringify: (value: unknown) => string
  readonly setInterval: typeof setInterval
  readonly openSync: typeof openSync
  readonly closeSync: typeof closeSync
  readonly fstatSync: typeof fstatSync
  readonly writevSync: typeof writevSync
} = {
  isEncoding: Buffer.isEncoding.bind(Buffer),
  byteLength: Buffer.byteLength.bind(Buffer),
  fromText: Buffer.from.bind(Buffer),
  stringify: JSON.stringify,
  setInterval,
  openSync,
  closeSync,
  fstatSync,
  writevSync,
}

/** Writes text into bytes, and returns how many it took. */
export const writeText: (
  bytes: Uint8Array,
  text: string,
  offset: number,
  encoding: BufferEncoding,
) => number = Function.prototype.call.bind(Reflect.get(Buffer.prototype, 'write') as () => void)

/** Copies bytes into others, from `offset` on. */
export const copyBytes: (into: Uint8Array, bytes: Uint8Array, offset: number) => void =
  Function.prototype.call.bind(Reflect.get(Uint8Array.prototype, 'set') as () => void)

/** A view of bytes from `start` to `end`. */
export const viewBytes: (bytes: Uint8Array, start: number, end: number) => Uint8Array =
  Function.prototype.call.bind(Reflect.get(Uint8Array.prototype, 'subarray') as () => void)

/** Waits without giving way, which only the end of the process does. */
export function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** Calls a function, whatever the program has made of `call` and `apply`. */
export const apply: typeof Reflect.apply = Reflect.apply
