import { tell } from '../../callbacks.js'
import { warn } from '../../report.js'
import { type ErrorDetails, HandlerError, HawserError, isA, textOf } from '../../errors.js'
import type { CloseInfo } from '../end/close-info.js'
import type { ConnectionOwner } from '../connection-settings.js'
import type { Connection, HandlerObject } from '../face.js'
import { isThenable } from '../../promises.js'
import { isReceiveEnded } from './receive-errors.js'

// What the user's handlers are called for besides messages, and what becomes of what they throw.
// Functions, not an object: an idle connection should cost nothing for them.

/** What the calls of handlers need of a connection. */
export interface Handled<In, Out> {
  readonly connection: Connection<In, Out>
  readonly settings: { readonly handler: HandlerObject<In, Out> | undefined }
  readonly owner: Pick<ConnectionOwner<In, Out>, 'failed'>
  readonly details: ErrorDetails
  readonly isClosed: boolean
  /** Whether the connection stays when its function handler settles. */
  readonly isDetached: boolean
  readonly error: HawserError | undefined
  /** Why nothing can be sent, if that is so. */
  readonly refusal: HawserError | undefined
  /** A function handler, or an `open` without messages behind it, is at work. */
  handlerRuns: boolean
  fail(error: HawserError, abrupt: boolean): void
  finish(): void
  released(): void
}

/** Run a function handler; when it settles, the connection ends. */
export function runFunction<In, Out>(
  host: Handled<In, Out>,
  handler: (connection: Connection<In, Out>) => unknown,
): void {
  run(host, handler, settled)
}

/** Call `open` where no messages follow: while it is at work the connection is not at rest. */
export function runOpen<In, Out>(host: Handled<In, Out>): void {
  const { handler } = host.settings
  if (handler?.open !== undefined) run(host, (connection) => handler.open?.(connection), opened)
}

/** Tell the handler object that there is room again. */
export function callWritable<In, Out>(host: Handled<In, Out>): void {
  const { handler } = host.settings
  if (handler?.writable === undefined || host.isClosed) return
  tell(
    () => handler.writable?.(host.connection),
    (cause) => handlerFailed(host, cause),
  )
}

/** Tell the handler object that the connection is gone. */
export function callClose<In, Out>(host: Handled<In, Out>, info: CloseInfo): void {
  const { handler } = host.settings
  if (handler?.close === undefined) return
  tell(
    () => handler.close?.(host.connection, info),
    (cause) => handlerFailed(host, cause),
  )
}

/** A handler threw or rejected: its connection ends, its owner is told, nothing else is harmed. */
export function handlerFailed<In, Out>(host: Handled<In, Out>, cause: unknown): void {
  if (isConsequence(host, cause)) {
    settled(host)
    return
  }
  const message = textOf(cause)
  const error = new HandlerError(
    'HAWSER_HANDLER_FAILED',
    `the handler failed and its connection is closed: ${message}`,
    { ...host.details, op: 'handle', cause },
  )
  host.handlerRuns = false
  try {
    host.owner.failed(error, host.connection)
  } catch (failure) {
    // A listener for failures may fail too; that is no reason to end the process.
    warn(failure)
  }
  host.fail(error, false)
}

/** What a connection's own end made a handler throw is no fault of the handler. */
function isConsequence<In, Out>(host: Handled<In, Out>, cause: unknown): boolean {
  if (!isA(cause, HawserError)) return false
  if (host.isClosed || cause === host.refusal || cause === host.error) return true
  return isReceiveEnded(cause)
}

function run<In, Out>(
  host: Handled<In, Out>,
  handler: (connection: Connection<In, Out>) => unknown,
  then: (host: Handled<In, Out>) => void,
): void {
  host.handlerRuns = true
  try {
    const result = handler(host.connection)
    if (!isThenable(result)) then(host)
    else {
      result.then(
        () => then(host),
        (error: unknown) => handlerFailed(host, error),
      )
    }
  } catch (error) {
    handlerFailed(host, error)
  }
}

function settled<In, Out>(host: Handled<In, Out>): void {
  if (!host.handlerRuns) return
  host.handlerRuns = false
  if (host.isDetached) host.released()
  else host.finish()
}

function opened<In, Out>(host: Handled<In, Out>): void {
  host.handlerRuns = false
  host.released()
}
