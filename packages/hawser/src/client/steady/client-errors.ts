import type { CloseInfo } from '../../connection/end/close-info.js'
import type { Connection } from '../../connection/face.js'
import { ClientError, ConnectionError, HandlerError, textOf } from '../../errors.js'
import { quoting } from '../../options/quoting.js'

type Ends = Pick<Connection<never, never>, 'local' | 'remote'>

/** The client was closed. */
export function closedClientError(cause: Error | undefined): ClientError {
  const closed = 'the client is closed and sends nothing more'
  if (cause === undefined) return new ClientError('HAWSER_CLIENT_CLOSED', closed, { op: 'request' })
  const { text, option } = quoting(cause, (words) => `${closed}: ${words}`)
  return new ClientError('HAWSER_CLIENT_CLOSED', text, { op: 'request', cause, option })
}

/** There is no connection, and messages are not to wait for one. */
export function notConnectedError(cause: Error | undefined): ClientError {
  const remedy = "try again, or let messages wait with whileDown: 'queue'"
  const around = (why: string): string => `there is no connection${why} and nothing was sent`
  const { text, option } =
    cause === undefined
      ? { text: around(''), option: undefined }
      : quoting(cause, (words) => around(` (${words})`))
  return new ClientError('HAWSER_NOT_CONNECTED', text, { op: 'request', cause, option, remedy })
}

/** The option `heartbeat.ping` threw. */
export function pingFailed(cause: unknown, ends: Ends): HandlerError {
  const message = textOf(cause)
  const text = `heartbeat.ping failed and the connection is reset: ${message}`
  return new HandlerError('HAWSER_HANDLER_FAILED', text, {
    op: 'handle',
    local: ends.local,
    remote: ends.remote,
    cause,
  })
}

/** The connection ended in order while `onConnect` was at work. */
export function onConnectCutOff(info: CloseInfo, ends: Ends): ConnectionError {
  const text = `the connection ended (${info.reason}, by ${info.by}) while onConnect was at work: it is called again on the next one`
  return new ConnectionError('HAWSER_CONNECTION_CLOSED', text, {
    op: 'connect',
    local: ends.local,
    remote: ends.remote,
  })
}
