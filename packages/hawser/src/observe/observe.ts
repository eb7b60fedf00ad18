import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { guarded } from '../report.js'
import type { ChannelName, ChannelPayloads } from './channels.js'

/**
 * Call `listener` for everything that is published on a channel, by all servers and connections of
 * this thread. The same as `subscribe` of `node:diagnostics_channel`, with the payload typed.
 *
 * The listener is called in the middle of the work, so it should be quick. What it throws or rejects with
 * does not reach the connection: the first time it is a process warning.
 *
 * @returns a function that ends the subscription; may be called again
 */
export function observe<Name extends ChannelName>(
  name: Name,
  listener: (event: ChannelPayloads[Name]) => void,
): () => void {
  // A function of its own, so that one listener may observe twice and each end only its own.
  const told = guarded(listener) as (event: unknown) => void
  subscribe(name, told)
  return () => void unsubscribe(name, told)
}
