/** Why a process is not watched. */
export type AttachErrorCode =
  /** It cannot be, as it is now; nothing was sent to it. */
  | 'ATTACH_REFUSED'
  /** The question was not answered with yes; nothing was sent to it. */
  | 'ATTACH_DECLINED'
  /** It was sent a signal, and something went wrong then. */
  | 'ATTACH_FAILED'

/** A refusal or a failure that is shown to a person: its message says what is wrong, and what to do. */
export class AttachError extends Error {
  override readonly name = 'AttachError'
  readonly code: AttachErrorCode

  constructor(code: AttachErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** An error that says that nothing was sent to the process. */
export function refuse(message: string, cause?: unknown): AttachError {
  return new AttachError('ATTACH_REFUSED', message, cause === undefined ? {} : { cause })
}

/** An error of a process that was sent the signal. */
export function fail(message: string, cause?: unknown): AttachError {
  return new AttachError('ATTACH_FAILED', message, cause === undefined ? {} : { cause })
}
