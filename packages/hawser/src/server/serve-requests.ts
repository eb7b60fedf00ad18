import type { ServerConnection } from '../connection/server-face.js'
import { checkOptions } from '../options/check-options.js'
import { invalid, show } from '../options/invalid.js'
import { atLeast } from '../options/numbers.js'
import type { NamesOf } from '../options/option-names.js'
import { handled, isThenable } from '../promises.js'
import { RequestLane } from './request-lane.js'
import type { FunctionHandler } from './server-options.js'

/** What a request is replied with: nothing is sent for undefined. */
export type Reply<Out> = Out | undefined | Promise<Out | undefined>

/** How the requests of one connection are served. */
export interface ServeRequestsOptions<In, Out, Data = unknown> {
  /**
   * Works on one request, and returns its reply, or undefined for one that has none. Requests of one
   * connection are worked on together, as many as `concurrency` says.
   */
  readonly handle: (request: In, connection: ServerConnection<In, Out, Data>) => Reply<Out>
  /**
   * What becomes of an exception out of `handle`: the reply, in the protocol's own words for an error.
   * Default: the connection ends with `handler-failed`.
   */
  readonly failed?:
    | ((error: unknown, request: In, connection: ServerConnection<In, Out, Data>) => Reply<Out>)
    | undefined
  /**
   * Requests of one connection that are worked on at once; the next one waits, unread. Default 16;
   * `Infinity` is off; 1 works on one after the other. Stops: one client taking all the work there is.
   */
  readonly concurrency?: number | undefined
  /**
   * `requests`, the default, sends replies in the order of their requests, whichever is ready first.
   * `replies` sends each when it is ready, for protocols whose replies say which request they are for.
   */
  readonly order?: 'requests' | 'replies' | undefined
}

/** The names of the options in {@link ServeRequestsOptions}. */
const names: NamesOf<ServeRequestsOptions<unknown, unknown>> = {
  handle: 'function',
  failed: 'function',
  concurrency: true,
  order: true,
}

/** Requests of one connection worked on at once by default. */
const defaultConcurrency = 16

/**
 * A handler for `createServer` that replies to requests: several of one connection are worked on at once,
 * and their replies leave in order. A client that does not read its replies is read from no further.
 * When the client has ended its direction, or the server drains, what is under way is still replied to.
 *
 * @throws OptionError when an option cannot work
 */
export function serveRequests<In, Out, Data = unknown>(
  options: ServeRequestsOptions<In, Out, Data>,
): FunctionHandler<In, Out, Data> {
  checkOptions(options, names)
  const { handle, failed, concurrency = defaultConcurrency, order = 'requests' } = options
  if (handle === undefined) throw invalid('handle', 'is missing: it makes the reply to a request')
  if (order !== 'requests' && order !== 'replies') {
    throw invalid('order', `is ${show(order)}: it takes requests or replies`)
  }
  atLeast('concurrency', concurrency, 1, 'requests')
  return async (connection) => {
    const batches = connection.batches()
    const lane = new RequestLane<Out>(
      concurrency,
      order === 'requests',
      (reply) => connection.send(reply),
      // The loop may be waiting for a request that never comes.
      () => void batches.return?.(),
    )
    /** @returns the reply, or a promise of it */
    const work = (request: In): Reply<Out> => {
      if (failed === undefined) return handle(request, connection)
      try {
        const reply = handle(request, connection)
        if (!isThenable(reply)) return reply
        return Promise.resolve(reply).catch((error: unknown) => failed(error, request, connection))
      } catch (error) {
        return failed(error, request, connection)
      }
    }
    // A peer that is gone needs no replies: what its handlers reject with is of no interest then.
    void connection.closed.then(() => lane.abandon())
    for await (const requests of batches) {
      for (const request of requests) {
        const reply = work(request)
        const room = lane.take(isThenable(reply) ? handled(Promise.resolve(reply)) : reply)
        if (room !== undefined) await room
      }
    }
    await lane.emptied()
  }
}
