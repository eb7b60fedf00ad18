import { EventEmitter } from 'node:events'
import {
  type Client,
  connect,
  type Connection,
  createClient,
  createPool,
  createServer,
  type Group,
  type Lease,
  type Pool,
  type Server,
} from 'hawser'
import { collectMetrics, type Metrics } from 'hawser/metrics'
import { type Host, simulate, type World } from 'hawser/simulate'
import { type ToxicLine, Toxics, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

// Whatever is visible on an instance is used sooner or later, and can never be changed again. Each list
// is complete in both directions: for the types, since it is a Record, and when it runs.

/** What users see of a class, without what it has from EventEmitter. */
type Visible<Type, Base = object> = Record<Exclude<keyof Type, keyof Base>, true>

const connectionMembers: Visible<Connection> = {
  batches: true,
  bytesRead: true,
  bytesWritten: true,
  canSend: true,
  close: true,
  closed: true,
  data: true,
  detach: true,
  duplex: true,
  end: true,
  flush: true,
  id: true,
  join: true,
  leave: true,
  local: true,
  localAddress: true,
  localFamily: true,
  localPort: true,
  messagesRead: true,
  messagesWritten: true,
  pause: true,
  peer: true,
  phase: true,
  proxyHeader: true,
  readable: true,
  receive: true,
  ref: true,
  remote: true,
  remoteAddress: true,
  remoteFamily: true,
  remotePort: true,
  reset: true,
  resume: true,
  send: true,
  setRateLimit: true,
  setTimeouts: true,
  server: true,
  skipped: true,
  startTls: true,
  switchFraming: true,
  takeBytes: true,
  tls: true,
  topics: true,
  trySend: true,
  unref: true,
  unsent: true,
  writable: true,
  [Symbol.asyncDispose]: true,
  [Symbol.asyncIterator]: true,
}

const serverMembers: Visible<Server, EventEmitter> = {
  address: true,
  addresses: true,
  broadcast: true,
  close: true,
  connections: true,
  getConnections: true,
  info: true,
  listen: true,
  listening: true,
  maxConnections: true,
  ref: true,
  refused: true,
  resume: true,
  setAccess: true,
  setTls: true,
  suspend: true,
  to: true,
  unref: true,
  [Symbol.asyncDispose]: true,
  [Symbol.asyncIterator]: true,
}

const clientMembers: Visible<Client, EventEmitter> = {
  close: true,
  connection: true,
  info: true,
  ready: true,
  request: true,
  requestStream: true,
  send: true,
  status: true,
  [Symbol.asyncDispose]: true,
  [Symbol.asyncIterator]: true,
}

const statusMembers: Visible<Client['status']> = {
  current: true,
  state: true,
  [Symbol.asyncIterator]: true,
}

const poolMembers: Visible<Pool> = {
  acquire: true,
  close: true,
  info: true,
  run: true,
  [Symbol.asyncDispose]: true,
}

const leaseMembers: Visible<Lease> = {
  connection: true,
  discard: true,
  release: true,
  released: true,
  request: true,
  requestStream: true,
  [Symbol.asyncIterator]: true,
  [Symbol.dispose]: true,
}

const groupMembers: Visible<Group<string, string>> = {
  count: true,
  send: true,
  size: true,
  [Symbol.iterator]: true,
}

const metricsMembers: Visible<Metrics> = {
  prometheus: true,
  stop: true,
  [Symbol.dispose]: true,
}

const toxicLineMembers: Visible<ToxicLine> = { clear: true, current: true, set: true }

const clockMembers: Visible<VirtualClock> = {
  advance: true,
  advanceSync: true,
  keepingAlive: true,
  now: true,
  pending: true,
  runUntil: true,
  schedule: true,
}

/** What Node.js looks for in an EventEmitter whose async listener rejects. */
const rejection = Symbol.for('nodejs.rejection')

const worldMembers: Visible<World> = {
  calm: true,
  clock: true,
  condition: true,
  cut: true,
  host: true,
  hosts: true,
  integer: true,
  must: true,
  note: true,
  now: true,
  pick: true,
  random: true,
  reset: true,
  seed: true,
  size: true,
  sleep: true,
  track: true,
  within: true,
}
const hostMembers: Visible<Host> = {
  address: true,
  boot: true,
  freeze: true,
  hasProgram: true,
  isRunning: true,
  isUp: true,
  kill: true,
  name: true,
  options: true,
  powerOff: true,
  process: true,
  start: true,
  thaw: true,
}
/** The names of all that can be reached on an object, its own and its classes'. */
function membersOf(object: object): string[] {
  const emitter = new EventEmitter({ captureRejections: true })
  const plain = new Set<string | symbol>([...Reflect.ownKeys(emitter), 'constructor', rejection])
  const names: (string | symbol)[] = []
  const ends: unknown[] = [EventEmitter.prototype, Object.prototype, null]
  for (let at: object | null = object; at !== null && !ends.includes(at);) {
    names.push(...Reflect.ownKeys(at).filter((name) => !plain.has(name)))
    at = Object.getPrototypeOf(at) as object | null
  }
  return names.map(String).sort()
}

function namesIn(list: object): string[] {
  return Reflect.ownKeys(list).map(String).sort()
}

describe('what can be seen of an instance', () => {
  it('is what is documented: of a server, its groups and its connections', async () => {
    const server = createServer()
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    await server.listen('tcp://127.0.0.1:0')
    const connection = await connect(server.address())
    expect(membersOf(server)).toEqual(namesIn(serverMembers))
    expect(membersOf(server.to('news'))).toEqual(namesIn(groupMembers))
    expect(membersOf(connection)).toEqual(namesIn(connectionMembers))
    using metrics = collectMetrics(server)
    expect(membersOf(metrics)).toEqual(namesIn(metricsMembers))
    connection.reset()
  })

  it('is what is documented: of a client, a pool and a lease', async () => {
    const server = createServer(() => new Promise(() => {}))
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    await server.listen('tcp://127.0.0.1:0')
    const client = createClient(server.address())
    onTestFinished(async () => void (await client.close({ drain: 0 })))
    const pool = createPool(server.address())
    onTestFinished(async () => void (await pool.close({ drain: 0 })))
    expect(membersOf(client)).toEqual(namesIn(clientMembers))
    expect(membersOf(client.status)).toEqual(namesIn(statusMembers))
    expect(membersOf(pool)).toEqual(namesIn(poolMembers))
    expect(membersOf(await pool.acquire())).toEqual(namesIn(leaseMembers))
  })

  it('is what is documented: of a simulated world and its hosts', async () => {
    await simulate({ seed: 1, hosts: ['one'] }, (world) => {
      expect(membersOf(world)).toEqual(namesIn(worldMembers))
      expect(membersOf(world.host('one'))).toEqual(namesIn(hostMembers))
    })
  })

  it('is what is documented: of what tests are made with', () => {
    expect(membersOf(new VirtualClock())).toEqual(namesIn(clockMembers))
    expect(membersOf(new Toxics().forward)).toEqual(namesIn(toxicLineMembers))
  })
})
