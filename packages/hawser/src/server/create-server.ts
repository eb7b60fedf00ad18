import type { FunctionHandler, Handler, ServerOptions } from './server-options.js'
import { Server } from './server.js'

/**
 * Make a server; `await server.listen(endpoint)` starts it.
 *
 * @param handler called with each connection; messages are chunks of bytes as they arrive
 */
export function createServer(handler?: FunctionHandler<Uint8Array, Uint8Array | string>): Server
/**
 * Make a server; `await server.listen(endpoint)` starts it.
 *
 * @param options the framing, limits and waits; every one has a default
 * @param handler a function called with each connection, or one object for all of them
 * @throws OptionError when an option cannot work
 */
export function createServer<In = Uint8Array, Out = Uint8Array | string, Data = unknown>(
  options: ServerOptions<In, Out, Data>,
  handler?: Handler<In, Out, Data>,
): Server<In, Out, Data>
export function createServer<In, Out, Data>(
  first: ServerOptions<In, Out, Data> | FunctionHandler<In, Out, Data> = {},
  handler?: Handler<In, Out, Data>,
): Server<In, Out, Data> {
  if (typeof first === 'function') return new Server<In, Out, Data>({}, first)
  return new Server(first, handler)
}
