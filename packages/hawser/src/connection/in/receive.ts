import { checkOptions } from '../../options/check-options.js'
import { milliseconds } from '../../options/numbers.js'
import type { NamesOf } from '../../options/option-names.js'
import type { HandlerObject } from '../face.js'
import type { ReceiveOptions } from '../options/call-options.js'
import { HandlerConsumer } from './handler-consumer.js'
import { consumedError, receiveAborted, receiveEnded } from './receive-errors.js'
import type { Receiver } from './receiver.js'
import type { ReceiverHost } from './receiver-host.js'
import { SingleConsumer } from './single-consumer.js'
import { TakenBytes } from './taken-bytes.js'

/** Milliseconds until a message by default. */
const defaultTimeout = 30_000

/** The names of the options in {@link ReceiveOptions}. */
const receiveNames: NamesOf<ReceiveOptions> = { timeout: true, signal: 'signal' }

/** Under this name a handler object of ours says why `receive` may take no message from it now. */
export const refuseReceive: unique symbol = Symbol('hawser.refuseReceive')

/** A handler object whose messages are not for everybody to take. */
export interface Reserved<In, Out> extends HandlerObject<In, Out> {
  [refuseReceive]?(): Error | undefined
}

/** Wait for one message, ahead of the handler object. */
export async function receive<In, Out>(
  host: ReceiverHost<In, Out>,
  receiver: Receiver<In, Out>,
  options: ReceiveOptions,
): Promise<In> {
  checkOptions(options, receiveNames)
  const { signal } = options
  const timeout = milliseconds('timeout', options.timeout ?? defaultTimeout)
  if (host.error !== undefined) throw host.error
  if (signal?.aborted === true) throw receiveAborted(signal.reason, host.details)
  const reserved: Reserved<In, Out> | undefined = host.settings.handler
  const refusal = reserved?.[refuseReceive]?.()
  if (refusal !== undefined) throw refusal
  if (host.isClosed && receiver.empty) throw receiveEnded(host.details)
  const { consumer } = receiver
  const before = consumer instanceof TakenBytes ? consumer.before : consumer
  if (before instanceof SingleConsumer) return before.wait({ timeout, signal }) as Promise<In>
  if (before !== undefined && !(before instanceof HandlerConsumer)) {
    throw consumedError(host.details)
  }
  const single = new SingleConsumer(host, receiver, before)
  if (consumer instanceof TakenBytes) consumer.before = single
  else receiver.consumer = single
  return single.wait({ timeout, signal })
}
