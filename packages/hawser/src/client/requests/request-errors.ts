import type { CloseInfo } from '../../connection/end/close-info.js'
import type { Connection } from '../../connection/face.js'
import {
  AbortedError,
  ClientError,
  ConnectError,
  type ErrorDetails,
  HandlerError,
  HawserError,
  StateError,
  TimeoutError,
  textOf,
} from '../../errors.js'
import { quoting } from '../../options/quoting.js'

type Ends = Pick<Connection<never, never>, 'local' | 'remote'>

/** The connection ended before the reply came. An error that the program ended it with is the cause itself. */
export function disconnectedError(info: CloseInfo, ends: Ends): ClientError {
  const { error } = info
  const given = error?.code === 'HAWSER_CONNECTION_CLOSED' ? error.cause : undefined
  return new ClientError(
    'HAWSER_DISCONNECTED',
    `the connection ended (${info.reason}, by ${info.by}) before the reply came: the request may have been carried out or not, so repeat it only if that does no harm`,
    { op: 'request', ...detailsOf(ends), cause: given ?? error },
  )
}

/**
 * No reply in time. `timeout` 0: none to any of as many requests as may wait.
 *
 * @param isDeaf whether pushed messages are in its way
 */
export function requestTimeout(timeout: number, ends: Ends, isDeaf = false): TimeoutError {
  const why = isDeaf
    ? ' (messages that the server pushed are in its way: iterate over the client, or pass onMessage)'
    : ''
  const text =
    timeout === 0
      ? 'all requests that may wait for a reply were given up and none came: the connection is reset'
      : `no reply came in ${timeout} ms: the request may have been carried out or not, so repeat it only if that does no harm (timeout)${why}`
  return new TimeoutError('HAWSER_REQUEST_TIMEOUT', text, { op: 'request', ...detailsOf(ends) })
}

/** A request that was to be sent again waits for a connection, and its time is up. */
export function resendTimeout(timeout: number, cause: Error | undefined): TimeoutError {
  const text = `no reply came in ${timeout} ms and the connection was lost: the request may have been carried out or not, so repeat it only if that does no harm (timeout)`
  return new TimeoutError('HAWSER_REQUEST_TIMEOUT', text, { op: 'request', cause })
}

/** A request that was to be sent again waits for a connection, and its client is closed. */
export function resendRefused(refusal: HawserError): ClientError {
  const text =
    'the connection was lost before the reply came, and the client is closed: the request may have been carried out or not, so repeat it only if that does no harm'
  return new ClientError('HAWSER_DISCONNECTED', text, {
    op: 'request',
    cause: refusal.cause ?? refusal,
  })
}

/** A reply came without a request. */
export function unansweredError(ends: Ends): ClientError {
  return new ClientError(
    'HAWSER_UNEXPECTED_REPLY',
    'the server sent a reply and no request was waiting for one: the two sides are out of step, so the connection is reset',
    { op: 'request', ...detailsOf(ends) },
  )
}

/** `receive` beside a request would take its reply. */
export function receiveBesideRequests(ends: Ends): StateError {
  return new StateError(
    'HAWSER_ALREADY_CONSUMED',
    'a request waits for the next message of this connection: await its reply before receive()',
    { op: 'read', ...detailsOf(ends) },
  )
}

/** The messages of a client's connection are shared by all its callers. */
export function receiveOfClient(ends: Ends): StateError {
  return new StateError(
    'HAWSER_ALREADY_CONSUMED',
    "the messages of this connection go to its client's requests and to onMessage: use receive() in onConnect, or on a lease of a pool",
    { op: 'read', ...detailsOf(ends) },
  )
}

/**
 * The connection that a request was for has ended, and nothing was sent.
 *
 * @param then what follows for the caller
 */
export function connectionEndedError(ends: ErrorDetails, then: string): ClientError {
  const { local, remote } = ends
  const text = `the connection has ended, and nothing was sent: ${then}`
  return new ClientError('HAWSER_NOT_CONNECTED', text, { op: 'request', local, remote })
}

/** Too much waits already; `option` is the limit that is reached. */
export function queueFullError(
  option: 'maxQueued' | 'maxQueuedBytes',
  limit: number,
  cause: Error | undefined,
): ClientError {
  const text =
    option === 'maxQueued'
      ? `${limit} messages wait to be sent and no more may`
      : `with this message, more than ${limit} bytes of memory would wait to be sent`
  return new ClientError('HAWSER_QUEUE_FULL', text, {
    op: 'request',
    cause,
    option,
    remedy: (name) => `nothing was sent; slow down, or raise ${name}`,
  })
}

/** The caller waits for the reply no longer. */
export function requestAborted(signal: AbortSignal, ends: Ends | undefined): AbortedError {
  const cause: unknown = signal.reason
  const text = 'the request was aborted by its signal: it may have been carried out or not'
  const details = ends === undefined ? {} : detailsOf(ends)
  return new AbortedError('HAWSER_ABORTED', text, { op: 'request', ...details, cause })
}

/** A reply of several messages that was to be kept whole. */
export function replyTooLarge(limit: number): ClientError {
  const text = `the messages of the reply take more than ${limit} bytes of memory: those that came are dropped, and so is the rest of it`
  return new ClientError('HAWSER_REPLY_TOO_LARGE', text, {
    op: 'request',
    option: 'maxReplyBytes',
    remedy: (name) => `take them one by one with requestStream, or raise ${name}`,
  })
}

/** It waited too long to be sent. */
export function queueTimeout(timeout: number, cause: Error | undefined): TimeoutError {
  const late = `the message waited ${timeout} ms for a connection and was not sent`
  if (cause === undefined) return new TimeoutError('HAWSER_QUEUE_TIMEOUT', late, { op: 'request' })
  const { text, option } = quoting(cause, (words) => `${late}: ${words}`)
  return new TimeoutError('HAWSER_QUEUE_TIMEOUT', text, { op: 'request', cause, option })
}

/** `onConnect` did not come to its end. */
export function onConnectTimeout(timeout: number, ends: Ends): ConnectError {
  const text = `onConnect was still at work after ${timeout} ms, so the connection is reset`
  return new ConnectError('HAWSER_CONNECT_TIMEOUT', text, {
    op: 'connect',
    ...detailsOf(ends),
    option: 'connectTimeout',
    remedy: (option) => `see what it waits for, or raise ${option}`,
  })
}

/** What a user's callback threw: an error of ours as it is, any other as the cause of one. */
export function callbackFailed(
  name: 'onConnect' | 'validate',
  cause: unknown,
  ends: Ends,
): HawserError {
  if (cause instanceof HawserError) return cause
  const message = textOf(cause)
  const text = `${name} failed and the connection is reset: ${message}`
  return new HandlerError('HAWSER_HANDLER_FAILED', text, {
    op: 'handle',
    ...detailsOf(ends),
    cause,
  })
}

/** What `onMessage` threw; `who` is what goes on without it. */
export function onMessageFailed(cause: unknown, who: 'client' | 'pool'): HandlerError {
  const text = `onMessage failed, and the ${who} goes on: ${textOf(cause)}`
  return new HandlerError('HAWSER_HANDLER_FAILED', text, { op: 'handle', cause })
}

function detailsOf({ local, remote }: Ends): ErrorDetails {
  return { local, remote }
}
