import { FramingError, StateError } from '../../errors.js'
import { show } from '../../options/invalid.js'
import { HandlerConsumer } from './handler-consumer.js'
import { MessageIterator } from './iterator-consumer.js'
import { refuseReceive, type Reserved } from './receive.js'
import { consumedError, receiveEnded } from './receive-errors.js'
import type { Receiver } from './receiver.js'
import type { ReceiverHost } from './receiver-host.js'
import { SingleConsumer } from './single-consumer.js'
import { TakenBytes } from './taken-bytes.js'

/**
 * Take `size` bytes past the framing, from the one behind the last message.
 *
 * @param isStreamed a stream was taken, which asks for messages ahead
 * @throws StateError, FramingError, or what ended the connection
 */
export function takeBytes<In, Out>(
  host: ReceiverHost<In, Out>,
  receiver: Receiver<In, Out>,
  size: number,
  isStreamed: boolean,
): TakenBytes<In, Out> {
  if (host.error !== undefined) throw host.error
  if (host.isClosed) throw receiveEnded(host.details)
  const reserved: Reserved<In, Out> | undefined = host.settings.handler
  const refusal = reserved?.[refuseReceive]?.()
  if (refusal !== undefined) throw refusal
  assertInStep(host, receiver, isStreamed)
  if (!Number.isSafeInteger(size) || size < 0) {
    const text = `a body of ${show(size)} bytes was announced: it has 0 to ${Number.MAX_SAFE_INTEGER}, all of them whole`
    const error = new FramingError('HAWSER_FRAME_MALFORMED', text, {
      ...host.details,
      op: 'decode',
    })
    host.fail(error, false)
    throw error
  }
  const taken = new TakenBytes(host, receiver, size)
  if (size > 0) taken.begin()
  return taken
}

/** The byte behind the last message has to be the one behind the last that was delivered. */
function assertInStep<In, Out>(
  { details }: ReceiverHost<In, Out>,
  receiver: Receiver<In, Out>,
  isStreamed: boolean,
): void {
  const { consumer } = receiver
  if (consumer instanceof TakenBytes) {
    const text =
      'the bytes of the body before are still being taken: take all of them, or leave its loop'
    throw new StateError('HAWSER_ALREADY_CONSUMED', text, details)
  }
  if (isStreamed || (consumer instanceof MessageIterator && consumer.isStream)) {
    throw aheadError('a stream', details)
  }
  if (consumer === undefined || consumer instanceof HandlerConsumer) return
  if (consumer instanceof MessageIterator) return
  if (!(consumer instanceof SingleConsumer))
    throw aheadError('batches, a stream or a relay', details)
  if (consumer.starving) throw consumedError(details)
}

function aheadError(who: string, details: StateErrorDetails): StateError {
  return new StateError(
    'HAWSER_ALREADY_CONSUMED',
    `${who} may have taken messages ahead, so that it is unknown where the body begins: ` +
      'use a handler object, a loop over messages, or receive()',
    details,
  )
}

type StateErrorDetails = ConstructorParameters<typeof StateError>[2]
