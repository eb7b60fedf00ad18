// What the server does with each command. A table, so that a newcomer finds a command by its name.
import type { Connection } from 'hawser'
import { resp } from './resp.js'
import { type Store, toInteger } from './store.js'
import { Push, RespError, Status, type Value } from './values.js'

/** Sends to those who have subscribed. */
export interface Publisher {
  /** @returns how many received it */
  publish(channel: string, text: string): number
}

export interface Context {
  readonly store: Store
  readonly publisher: Publisher
  readonly connection: Connection<Value, Value>
}

/** @returns the reply; undefined when it was sent already */
type Command = (words: readonly string[], context: Context) => Value | undefined

const ok = new Status('OK')
const pong = new Status('PONG')
const notInteger = new RespError('ERR value is not an integer or out of range')

/** Each with how many words it takes, itself included: at least and at most. */
const commands: Readonly<Record<string, readonly [least: number, most: number, Command]>> = {
  PING: [1, 2, ([, text]) => text ?? pong],
  ECHO: [2, 2, ([, text = '']) => text],
  GET: [2, 2, ([, key = ''], { store }) => store.get(key)],
  SET: [3, 5, set],
  DEL: [2, Infinity, ([, ...keys], { store }) => count(keys, (key) => store.delete(key))],
  EXISTS: [2, Infinity, ([, ...keys], { store }) => count(keys, (key) => store.get(key) !== null)],
  INCR: [2, 2, ([, key = ''], { store }) => store.increment(key, 1) ?? notInteger],
  DECR: [2, 2, ([, key = ''], { store }) => store.increment(key, -1) ?? notInteger],
  INCRBY: [3, 3, incrementBy],
  EXPIRE: [3, 3, (words, context) => expire(words, context, 1_000)],
  PEXPIRE: [3, 3, (words, context) => expire(words, context, 1)],
  TTL: [2, 2, (words, context) => timeLeft(words, context, 1_000)],
  PTTL: [2, 2, (words, context) => timeLeft(words, context, 1)],
  DBSIZE: [1, 1, (_words, { store }) => store.size],
  FLUSHALL: [1, 2, flush],
  FLUSHDB: [1, 2, flush],
  PUBLISH: [3, 3, ([, channel = '', text = ''], { publisher }) => publisher.publish(channel, text)],
  SUBSCRIBE: [2, Infinity, subscribe],
  UNSUBSCRIBE: [1, Infinity, unsubscribe],
  HELLO: [1, 7, hello],
  QUIT: [1, 1, quit],
  SELECT: [
    2,
    2,
    ([, index]) => (index === '0' ? ok : new RespError('ERR DB index is out of range')),
  ],
  // What redis-cli and redis-benchmark ask before they begin.
  COMMAND: [1, Infinity, () => []],
  CLIENT: [2, Infinity, () => ok],
  CONFIG: [2, Infinity, ([, what, name = '']) => (what?.toUpperCase() === 'GET' ? [name, ''] : ok)],
}

/** Do what a command says. */
export function execute(words: readonly string[], context: Context): Value | undefined {
  const [name = ''] = words
  const entry = commands[name] ?? commands[name.toUpperCase()]
  if (entry === undefined) return new RespError(`ERR unknown command '${name.slice(0, 128)}'`)
  const [least, most, command] = entry
  if (words.length >= least && words.length <= most) return command(words, context)
  return new RespError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`)
}

function set([, key = '', text = '', unit, time]: readonly string[], { store }: Context): Value {
  if (unit === undefined) {
    store.set(key, text)
    return ok
  }
  const factor = { EX: 1_000, PX: 1 }[unit.toUpperCase()]
  const number = time === undefined ? undefined : toInteger(time)
  if (factor === undefined) return new RespError('ERR syntax error')
  if (number === undefined) return notInteger
  if (number <= 0) return new RespError("ERR invalid expire time in 'set' command")
  store.set(key, text, Date.now() + number * factor)
  return ok
}

function incrementBy([, key = '', text = '']: readonly string[], { store }: Context): Value {
  const by = toInteger(text)
  return (by === undefined ? undefined : store.increment(key, by)) ?? notInteger
}

function expire(
  [, key = '', text = '']: readonly string[],
  { store }: Context,
  unit: number,
): Value {
  const time = toInteger(text)
  if (time === undefined) return notInteger
  return store.expire(key, Date.now() + time * unit) ? 1 : 0
}

function timeLeft([, key = '']: readonly string[], { store }: Context, unit: number): Value {
  const expires = store.expiry(key)
  if (expires === undefined) return -2
  return expires === Infinity ? -1 : Math.ceil((expires - Date.now()) / unit)
}

function flush(_words: readonly string[], { store }: Context): Value {
  store.clear()
  return ok
}

function subscribe([, ...channels]: readonly string[], { connection }: Context): undefined {
  for (const channel of channels) {
    connection.join(channel)
    void connection.send(new Push(['subscribe', channel, connection.topics.size]))
  }
}

function unsubscribe([, ...named]: readonly string[], { connection }: Context): undefined {
  const channels = named.length > 0 ? named : [...connection.topics]
  if (channels.length === 0) void connection.send(new Push(['unsubscribe', null, 0]))
  for (const channel of channels) {
    connection.leave(channel)
    void connection.send(new Push(['unsubscribe', channel, connection.topics.size]))
  }
}

function hello([, version = '2']: readonly string[], { connection }: Context): Value {
  if (version !== '2' && version !== '3') {
    return new RespError('NOPROTO unsupported protocol version')
  }
  const proto = version === '3' ? 3 : 2
  connection.switchFraming(resp({ version: proto, inline: true }))
  return new Map<Value, Value>([
    ['server', 'hawser'],
    ['version', '7.0.0'],
    ['proto', proto],
    ['id', connection.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ])
}

function quit(_words: readonly string[], { connection }: Context): undefined {
  void connection.send(ok)
  void connection.close()
}

function count(keys: readonly string[], is: (key: string) => boolean): number {
  return keys.filter(is).length
}
