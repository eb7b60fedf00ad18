import process from 'node:process'
import { HandlerError, HawserError } from '../errors.js'
import type { CloseInfo } from './close-info.js'
import type { Connection } from './connection.js'
import type { Engine } from './engine.js'

// What the user's handlers are called for besides messages, and what becomes of what they throw.
// Functions, not an object: an idle connection should cost nothing for them.

/** Run a function handler; when it settles, the connection ends. */
export function runFunction<In, Out>(
  engine: Engine<In, Out>,
  handler: (connection: Connection<In, Out>) => void | Promise<void>,
): void {
  run(engine, handler, settled)
}

/** Call `open` where no messages follow: while it is at work the connection is not at rest. */
export function runOpen<In, Out>(engine: Engine<In, Out>): void {
  const { handler } = engine.settings
  if (handler?.open !== undefined) run(engine, (connection) => handler.open?.(connection), opened)
}

/** Tell the handler object that there is room again. */
export function callWritable<In, Out>(engine: Engine<In, Out>): void {
  const { handler } = engine.settings
  if (handler?.writable === undefined || engine.isClosed) return
  try {
    guard(engine, handler.writable(engine.connection))
  } catch (error) {
    handlerFailed(engine, error)
  }
}

/** Tell the handler object that the connection is gone. */
export function callClose<In, Out>(engine: Engine<In, Out>, info: CloseInfo): void {
  const { handler } = engine.settings
  if (handler?.close === undefined) return
  try {
    guard(engine, handler.close(engine.connection, info))
  } catch (error) {
    handlerFailed(engine, error)
  }
}

/** A handler threw or rejected: its connection ends, its owner is told, nobody else is harmed. */
export function handlerFailed<In, Out>(engine: Engine<In, Out>, cause: unknown): void {
  if (isConsequence(engine, cause)) {
    settled(engine)
    return
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  const error = new HandlerError(
    'HAWSER_HANDLER_FAILED',
    `the handler failed and its connection is closed: ${message}`,
    { ...engine.details, op: 'handle', cause },
  )
  engine.handlerRuns = false
  try {
    engine.owner.failed(error, engine.connection)
  } catch (failure) {
    // Whoever is told of failures may fail too; that is no reason to end the process.
    process.emitWarning(failure instanceof Error ? failure : String(failure))
  }
  engine.fail(error, false)
}

/** Whether `value` is a promise, or what passes for one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/** What a connection's own end made a handler throw is no fault of the handler. */
function isConsequence<In, Out>(engine: Engine<In, Out>, cause: unknown): boolean {
  if (!(cause instanceof HawserError)) return false
  return engine.isClosed || cause === engine.openSender?.refusal || cause === engine.error
}

function run<In, Out>(
  engine: Engine<In, Out>,
  handler: (connection: Connection<In, Out>) => void | Promise<void>,
  then: (engine: Engine<In, Out>) => void,
): void {
  engine.handlerRuns = true
  try {
    const result: unknown = handler(engine.connection)
    if (!isThenable(result)) then(engine)
    else {
      result.then(
        () => then(engine),
        (error: unknown) => handlerFailed(engine, error),
      )
    }
  } catch (error) {
    handlerFailed(engine, error)
  }
}

function settled<In, Out>(engine: Engine<In, Out>): void {
  if (!engine.handlerRuns) return
  engine.handlerRuns = false
  if (engine.isDetached) engine.released()
  else engine.finish()
}

function opened<In, Out>(engine: Engine<In, Out>): void {
  engine.handlerRuns = false
  engine.released()
}

/** Nothing waits for these promises, so that nobody else would handle their rejection. */
function guard<In, Out>(engine: Engine<In, Out>, result: unknown): void {
  if (!isThenable(result)) return
  result.then(undefined, (error: unknown) => handlerFailed(engine, error))
}
