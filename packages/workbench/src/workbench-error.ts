/** What can be wrong with what the page asks for. */
export type WorkbenchErrorCode =
  /** A definition, a filter or a text that cannot be meant. */
  | 'WORKBENCH_INVALID'
  /** There is no such session, connection, view or row. */
  | 'WORKBENCH_NOT_FOUND'
  /** It cannot be done now: the session is stopped, it is a file. */
  | 'WORKBENCH_NOT_NOW'
  /** It may not be done, or not until a person has agreed to it. */
  | 'WORKBENCH_NOT_ALLOWED'
  /** The system refused: a port that is taken, a file that cannot be read. */
  | 'WORKBENCH_FAILED'

/** A refusal that is shown to a person: its message says what is wrong, and what to do. */
export class WorkbenchError extends Error {
  override readonly name = 'WorkbenchError'
  readonly code: WorkbenchErrorCode

  constructor(code: WorkbenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
