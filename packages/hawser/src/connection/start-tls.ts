import { type ErrorDetails, type HawserError, StateError, TlsError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { TlsSession } from '../tls.js'
import type { Transport } from '../transport.js'
import type { StartTlsOptions } from './options/call-options.js'
import type { ConnectionOwner } from './connection-settings.js'
import { holds } from './in/holds.js'
import type { Receiver } from './in/receiver.js'
import { startTlsNames } from './options/close-options.js'
import type { Sender } from './out/sender.js'

/** What the beginning of TLS needs of a connection. */
export interface Upgrading<In, Out> {
  readonly owner: Pick<ConnectionOwner<In, Out>, 'prepareTls'>
  readonly transport: Transport
  readonly receiver: Receiver<In, Out>
  readonly sender: Sender<Out>
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  /** Why nothing can be sent, if that is so. */
  readonly refusal: HawserError | undefined
  fail(error: HawserError, abrupt: boolean): void
}

/**
 * Stop reading, make sure that nothing was read too far, say so, and wrap. From the call on nothing
 * is read in plain text, so a ClientHello may come whenever it likes.
 */
export async function startTls<In, Out>(
  host: Upgrading<In, Out>,
  options: StartTlsOptions<Out>,
  isStreamed: boolean,
): Promise<TlsSession> {
  checkOptions(options, startTlsNames)
  const { reply, tls } = options
  const { owner, transport, receiver, sender } = host
  if (owner.prepareTls === undefined) throw unavailable('its transport is no socket', host.details)
  if (sender.isSealed) throw unavailable('it is about to already', host.details)
  if (transport.tls !== undefined) throw unavailable('it speaks TLS already', host.details)
  if (receiver.ended) throw unavailable('the peer has ended its direction', host.details)
  if ((receiver.holds & holds.taking) !== 0) {
    throw unavailable('the bytes of a body are still being taken', host.details)
  }
  // A stream takes messages before they are asked for.
  if (isStreamed) throw unavailable('a stream was taken: iterate, or use a handler', host.details)
  if (host.refusal !== undefined) throw host.refusal
  // Before anything is agreed on: without a certificate, say, the connection goes on as it was.
  const begin = owner.prepareTls(transport, tls)
  // What is sent from now on is meant for the session to come.
  sender.seal()
  receiver.hold(holds.upgrading)
  receiver.updateReading()
  try {
    // Called for a message out of a chunk, the rest of it is put back first.
    await Promise.resolve()
    assertNothingWaits(host)
    await sender.sendSealed(reply)
    await begin()
    return transport.tls as unknown as TlsSession
  } catch (error) {
    if (error instanceof TlsError || isTimeout(error)) host.fail(error as TlsError, true)
    throw error
  } finally {
    sender.release()
    receiver.release(holds.upgrading)
  }
}

/** The peer went away while TLS was to begin. */
export function upgradeLost(details: ErrorDetails, cause: Error | undefined): TlsError {
  const text = 'the TLS handshake failed: the peer closed the connection in the middle of it'
  return new TlsError('HAWSER_TLS_HANDSHAKE_FAILED', text, { op: 'handshake', ...details, cause })
}

/** Why TLS cannot begin. */
export function unavailable(why: string, details: ErrorDetails): StateError {
  const text = `TLS cannot begin on this connection: ${why}`
  return new StateError('HAWSER_TLS_UNAVAILABLE', text, { op: 'handshake', ...details })
}

function assertNothingWaits<In, Out>({ receiver, details }: Upgrading<In, Out>): void {
  if (receiver.empty) return
  throw new TlsError(
    'HAWSER_TLS_BUFFERED_PLAINTEXT',
    `${receiver.held} bytes of plain text were waiting behind the last message when TLS was to begin: ` +
      'taken up after the handshake, they would pass for protected ones (command injection), so the connection is reset',
    { op: 'handshake', ...details },
  )
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'HAWSER_TLS_HANDSHAKE_TIMEOUT'
}
