// A small Redis server: GET, SET, DEL, INCR, EXPIRE, PING, PUBLISH, SUBSCRIBE and their kin.
import { createServer, type Server, type ServerOptions } from 'hawser'
import { execute } from './commands.js'
import { resp } from './resp.js'
import { Store } from './store.js'
import { Push, RespError, type Value } from './values.js'

/** A server that keeps everything in memory, and loses it when it ends. */
export function createRedisServer(options: ServerOptions<Value, Value> = {}): Server<Value, Value> {
  const store = new Store()
  const publisher = {
    publish: (channel: string, text: string): number =>
      server.to(channel).send(new Push(['message', channel, text])),
  }
  const server = createServer<Value, Value>(
    { framing: resp({ inline: true }), ...options },
    {
      message(connection, value) {
        if (!isCommand(value))
          return connection.send(new RespError('ERR a command is a list of words'))
        // An empty line, typed by a person.
        if (value.length === 0) return undefined
        const reply = execute(value, { store, publisher, connection })
        return reply === undefined ? undefined : connection.send(reply)
      },
    },
  )
  server.on('close', () => store.stop())
  return server
}

function isCommand(value: Value): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string')
}
