import { isA, textOf } from '../errors.js'

/** A stream that is gone though its other end said no end: as the operating system tells of a reset. */
export function brokenOff(): Error {
  return Object.assign(new Error('the stream was destroyed before its end'), { code: 'ECONNRESET' })
}

/** Something is to be written where the stream's maker has ended that direction. */
export function endedBefore(): Error {
  const text = 'the stream was ended for writing by what made it'
  return Object.assign(new Error(text), { code: 'ERR_STREAM_WRITE_AFTER_END' })
}

/** A stream that carries something else than bytes. */
export function noBytes(value: unknown): TypeError {
  const kind = typeof value === 'string' ? 'text' : `a value of type ${typeof value}`
  return new TypeError(
    `the stream brought ${kind} where bytes were expected: take its encoding or its object mode away`,
  )
}

/** Anything can be thrown, and a transport tells of an Error. */
export function toError(thrown: unknown): Error {
  return isA(thrown, Error) ? thrown : new Error(textOf(thrown))
}
