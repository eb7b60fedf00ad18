import { PassThrough } from 'node:stream'
import {
  attach,
  checksum,
  type Client,
  connect,
  type Connection,
  createClient,
  createPool,
  createServer,
  createTlsSessions,
  delimited,
  dotStuffed,
  duplexFraming,
  fixed,
  framing,
  jsonLines,
  jsonValues,
  lengthPrefixed,
  lines,
  mapFraming,
  netstring,
  OptionError,
  parseEndpoint,
  type Pool,
  raw,
  relay,
  type Server,
  serveRequests,
  type ServeRequestsOptions,
  silence,
  slip,
  sniff,
} from 'hawser'
import { createLog, logTraffic, openLog } from 'hawser/log'
import { bridgeMetrics, collectMetrics } from 'hawser/metrics'
import { notifySystemd } from 'hawser/systemd'
import {
  checkFraming,
  connectPair,
  connectPeer,
  createPair,
  ScriptedPeer,
  startToxicProxy,
  Toxics,
  VirtualClock,
} from 'hawser/testing'
import { joinWorkers, startWorkers, Workers } from 'hawser/workers'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Passes options to one public function, or to a method; what it makes is put away. */
type Call = (options: never) => unknown

const nowhere = 'tcp://127.0.0.1:1'
const parts = {
  name: 'own',
  decoder: () => raw().createDecoder({} as never),
  encoder: () => raw().createEncoder({} as never),
}

/** A server that was never listened with. */
function server(): Server {
  const made = createServer()
  onTestFinished(() => made.close().then(() => {}))
  return made
}

function client(): Client {
  const made = createClient(nowhere, { maxReconnects: 0 })
  onTestFinished(() => made.close({ drain: 0 }).then(() => {}))
  return made
}

function pool(): Pool {
  const made = createPool(nowhere)
  onTestFinished(() => made.close({ drain: 0 }).then(() => {}))
  return made
}

function connection(): Connection {
  const [left, right] = connectPair()
  onTestFinished(() => right.reset())
  return left
}

const workers = Object.create(Workers.prototype) as Workers

/** Each public function that takes options, by how it is called. */
const calls: Readonly<Record<string, Call>> = {
  createServer: (options) => createServer(options),
  'server.setAccess': (options) => server().setAccess(options),
  'server.setTls': (options) => server().setTls(options),
  'server.broadcast': (options) => server().broadcast('', options),
  'server.to().send': (options) => server().to('news').send('', options),
  'server.close': (options) => server().close(options),
  'server.listen': (options) =>
    server().listen({ port: 0, host: '127.0.0.1', ...(options as object) }),
  parseEndpoint: (options) => parseEndpoint({ path: '/run/app.sock', ...(options as object) }),
  connect: (options) => connect(nowhere, options),
  serveRequests: (options) => serveRequests(options as ServeRequestsOptions<unknown, unknown>),
  'connection.startTls': (options) => connection().startTls(options),
  'connection.receive': (options) => connection().receive(options),
  'connection.close': (options) => connection().close(options),
  'connection.reset': (options) => connection().reset(options),
  'connection.setTimeouts': (options) => connection().setTimeouts(options),
  'connection.setRateLimit': (options) => connection().setRateLimit(options),
  attach: (options) => attach(new PassThrough(), options),
  createClient: (options) => createClient(nowhere, options),
  'client.request': (options) => client().request('', options),
  'client.close': (options) => client().close(options),
  createPool: (options) => createPool(nowhere, options),
  'pool.acquire': (options) => pool().acquire(options),
  'pool.run': (options) => pool().run(() => {}, options),
  'pool.close': (options) => pool().close(options),
  raw: (options) => raw(options),
  lines: (options) => lines(options),
  delimited: (options) => delimited('\n', options),
  lengthPrefixed: (options) => lengthPrefixed({ bytes: 4, ...(options as object) }),
  fixed: (options) => fixed(4, options),
  netstring: (options) => netstring(options),
  jsonLines: (options) => jsonLines(options),
  jsonValues: (options) => jsonValues(options),
  silence: (options) => silence({ gap: 5, ...(options as object) }),
  slip: (options) => slip(options),
  dotStuffed: (options) => dotStuffed(options),
  checksum: (options) => checksum(lengthPrefixed({ bytes: 4 }), options),
  mapFraming: (options) => mapFraming(lines(), options),
  duplexFraming: (options) => duplexFraming(options),
  sniff: (options) => sniff(options),
  framing: (options) => framing({ ...parts, ...(options as object) }),
  relay: (options) => relay(connection(), connection(), options),
  createTlsSessions: (options) => createTlsSessions(options),
  createLog: (options) => createLog('never-made.hawser', options),
  logTraffic: (options) => logTraffic({}, 'never-made.hawser', options),
  openLog: (options) => openLog('never-made.hawser', options),
  collectMetrics: (options) => collectMetrics(server(), options),
  bridgeMetrics: (options) => bridgeMetrics(server(), options),
  notifySystemd: (options) => notifySystemd(undefined, options),
  startWorkers: (options) => startWorkers({ script: 'none.mjs', ...(options as object) }),
  joinWorkers: (options) => joinWorkers(server(), options),
  'workers.prometheus': (options) => workers.prometheus(options),
  'workers.close': (options) => workers.close(options),
  checkFraming: (options) => checkFraming(lines(), [], options),
  createPair: (options) => createPair(options),
  connectPair: (options) => connectPair(options),
  connectPeer: (options) => connectPeer(options),
  'connectPeer, of the peer': (options) => connectPeer({}, options),
  'new Toxics': (options) => new Toxics(options),
  'toxics.set': (options) => new Toxics().set(options),
  'line.set': (options) => new Toxics().forward.set(options),
  startToxicProxy: (options) => startToxicProxy(nowhere, options),
  'ScriptedPeer.connect': (options) => ScriptedPeer.connect(nowhere, options),
  'ScriptedPeer.listen': (options) => ScriptedPeer.listen(options),
  'ScriptedPeer.over': (options) => ScriptedPeer.over(createPair()[0], options),
  'clock.runUntil': (options) => new VirtualClock().runUntil(Promise.resolve(), options),
}

/** What a function throws or rejects with for these options. */
async function refusalOf(name: string, options: object): Promise<OptionError> {
  try {
    await calls[name]!(options as never)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error as OptionError
  }
  throw new Error(`${name} took ${JSON.stringify(options)}`)
}

describe('an option that does not exist', () => {
  it.each(Object.keys(calls))('%s refuses it by its name', async (name) => {
    const { code, option, message } = await refusalOf(name, { hullabaloo: 1 })
    expect(code).toBe('HAWSER_INVALID_OPTION')
    expect(option).toMatch(/^(?:(?:endpoint|tls|rateLimit)\.)?hullabaloo$/)
    expect(message).toContain('hullabaloo is not an option')
  })

  it.each([
    ['createServer', { maxConections: 1 }, 'maxConections', 'maxConnections'],
    ['createServer', { IdleTimeout: 1 }, 'IdleTimeout', 'idleTimeout'],
    ['server.setAccess', { alow: [] }, 'alow', 'allow'],
    ['server.to().send', { exept: [] }, 'exept', 'except'],
    ['server.close', { onDrian: () => {} }, 'onDrian', 'onDrain'],
    ['server.listen', { hots: '::1' }, 'endpoint.hots', 'host'],
    ['connect', { localAdress: '::1' }, 'localAdress', 'localAddress'],
    ['serveRequests', { concurency: 5 }, 'concurency', 'concurrency'],
    ['connection.startTls', { replay: '' }, 'replay', 'reply'],
    ['connection.receive', { timout: 5 }, 'timout', 'timeout'],
    ['connection.close', { raison: 'x' }, 'raison', 'reason'],
    ['connection.reset', { eror: 'x' }, 'eror', 'error'],
    ['connection.setTimeouts', { idelTimeout: 5 }, 'idelTimeout', 'idleTimeout'],
    ['connection.setRateLimit', { mesages: 5 }, 'rateLimit.mesages', 'messages'],
    ['attach', { framming: 1 }, 'framming', 'framing'],
    ['createClient', { whileDwon: 'queue' }, 'whileDwon', 'whileDown'],
    ['client.request', { timeOut: 1 }, 'timeOut', 'timeout'],
    ['createPool', { maxWating: 1 }, 'maxWating', 'maxWaiting'],
    ['silence', { gapp: 5 }, 'gapp', 'gap'],
    ['lines', { maxframe: 1 }, 'maxframe', 'maxFrame'],
    ['framing', { perConection: true }, 'perConection', 'perConnection'],
    ['relay', { singal: 1 }, 'singal', 'signal'],
    ['startWorkers', { maxQueuedByte: 1 }, 'maxQueuedByte', 'maxQueuedBytes'],
    ['clock.runUntil', { limits: 1 }, 'limits', 'limit'],
  ])('%s guesses what %j meant', async (name, options, option, meant) => {
    const error = await refusalOf(name, options)
    expect(error.option).toBe(option)
    expect(error.message).toBe(`${option} is not an option: did you mean ${meant}?`)
  })

  it.each([
    ['createServer', { tls: { crt: '' } }, 'tls.crt', 'cert'],
    [
      'createServer',
      { tls: { sni: { 'a.example': { kee: '' } } } },
      "tls.sni['a.example'].kee",
      'key',
    ],
    ['createServer', { keepAlive: { idel: 1 } }, 'keepAlive.idel', 'idle'],
    ['createServer', { heartbeat: { ping: '', evry: 1 } }, 'heartbeat.evry', 'every'],
    ['createServer', { connectRate: { perSecond: 1, bursts: 1 } }, 'connectRate.bursts', 'burst'],
    [
      'createServer',
      { proxyProtocol: { mode: 'require', trustd: [] } },
      'proxyProtocol.trustd',
      'trusted',
    ],
    [
      'connect',
      { proxyProtocol: { version: 2, tlvs: { alpm: '' } } },
      'proxyProtocol.tlvs.alpm',
      'alpn',
    ],
    ['connect', { tls: { pin: [] } }, 'tls.pin', 'pins'],
    ['createClient', { backoff: { factr: 2 } }, 'backoff.factr', 'factor'],
    ['createClient', { correlate: { isPusch: () => true } }, 'correlate.isPusch', 'isPush'],
    ['createPool', { backoff: { maxx: 2 } }, 'backoff.maxx', 'max'],
    ['startWorkers', { backoff: { intial: 2 } }, 'backoff.intial', 'initial'],
    ['connectPair', { line: { forward: { latncy: 1 } } }, 'line.forward.latncy', 'latency'],
  ])('%s finds it in %j', async (name, options, option, meant) => {
    const error = await refusalOf(name, options)
    expect(error.option).toBe(option)
    expect(error.message).toBe(`${option} is not an option: did you mean ${meant}?`)
  })

  it('startTls finds it in the options of either side', async () => {
    const made = server()
    const accepted = new Promise<Connection>((resolve) => made.once('connection', resolve))
    await made.listen('127.0.0.1:0')
    const ends = [await connect(made.address()), await accepted]
    onTestFinished(() => ends.forEach((end) => end.reset()))
    for (const end of ends) {
      const error: unknown = await end.startTls({ tls: { crt: '' } as never }).catch((why) => why)
      expect(error).toMatchObject({ code: 'HAWSER_INVALID_OPTION', option: 'tls.crt' })
    }
  })

  it('says which there are, where they are few', async () => {
    const { message } = await refusalOf('createServer', { keepAlive: { delay: 1 } })
    expect(message).toBe('keepAlive.delay is not an option: there are idle, interval, count')
  })

  it.each([
    ['createClient', 'handler'],
    ['createPool', 'handler'],
    ['createPool', 'heartbeat'],
  ])('%s has no %s, though connect has one', async (name, option) => {
    const { message } = await refusalOf(name, { [option]: {} })
    expect(message).toBe(`${option} is not an option: check its name, or leave it out`)
  })

  it('is none of what every object has', async () => {
    expect((await refusalOf('lines', { toString: 1 })).option).toBe('toString')
  })

  it('shows no line break and no text without end', async () => {
    const { message } = await refusalOf('lines', { [`a\n${'b'.repeat(1_000)}`]: 1 })
    expect(message).not.toContain('\n')
    expect(message.length).toBeLessThan(200)
  })
})

describe('a former name', () => {
  it.each([
    [
      'createServer',
      { perAddress: 1 },
      'perAddress is a former name: the option is maxPerAddress now',
    ],
    ['createServer', { pool: 1 }, 'pool is a former name: the option is memory now'],
    ['connect', { timeout: 1 }, 'timeout is a former name: the option is connectTimeout now'],
    ['createClient', { timeout: 1 }, 'timeout is a former name: the option is connectTimeout now'],
    ['createPool', { timeout: 1 }, 'timeout is a former name: the option is connectTimeout now'],
    ['createClient', { queue: 1 }, 'queue is a former name: the option is maxQueued now'],
    ['createPool', { queue: 1 }, 'queue is a former name: the option is maxQueued now'],
    ['startWorkers', { queue: 1 }, 'queue is a former name: the option is maxQueuedBytes now'],
    ['createPool', { idle: 1 }, 'idle is a former name: the option is maxIdleTime now'],
    [
      'createClient',
      { reconnect: { attempts: 3 } },
      'reconnect is a former name: the option is backoff now, and reconnect.attempts is maxReconnects (0 never connects again)',
    ],
    [
      'createClient',
      { backoff: { attempts: 3 } },
      'backoff.attempts is a former name: the option is maxReconnects now',
    ],
  ])('%s says what became of it: %j', async (name, options, message) => {
    expect((await refusalOf(name, options)).message).toBe(message)
  })

  it.each(['createServer', 'connect', 'createClient', 'createPool', 'connectPair'])(
    '%s says that readWhileBlocked is gone, and what there is in its place',
    async (name) => {
      const { message } = await refusalOf(name, { readWhileBlocked: true })
      expect(message).toMatch(/^readWhileBlocked is an option no more: .+ awaits what it sends/)
    },
  )

  it('and one that belongs to the framing is sent there', async () => {
    const { message } = await refusalOf('createServer', { maxFrame: 1 })
    expect(message).toMatch(/^maxFrame is an option of the framing: pass it there/)
  })
})

describe('null for an option that is an object', () => {
  it.each(['tls', 'heartbeat', 'keepAlive', 'proxyProtocol', 'connectRate'])('%s', (name) => {
    expect(() => createServer({ [name]: null })).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_OPTION',
        message: `${name} is null: leave it out`,
      }),
    )
  })
})

describe('what is not looked at', () => {
  it('a value that is undefined, and an empty object', () => {
    server()
    expect(() => lines({ hullabaloo: undefined } as never)).not.toThrow()
    expect(() => lines({})).not.toThrow()
  })

  it('what an object has from its class', () => {
    class Options {
      declare inherited: number
    }
    Options.prototype.inherited = 1
    expect(() => lines(new Options() as never)).not.toThrow()
  })

  it('objects of the user: a backplane, a clock, a correlation with a state', () => {
    class Ids {
      count = 0
      identify = (message: string): { message: string; id: number } => ({
        message,
        id: ++this.count,
      })
      idOf = (): number => this.count
    }
    const clock = Object.assign(new VirtualClock(), { mine: true })
    const made = createClient<string, string>(nowhere, {
      framing: lines(),
      clock,
      correlate: new Ids(),
      maxReconnects: 0,
    })
    onTestFinished(() => made.close({ drain: 0 }).then(() => {}))
  })

  it('names under labels, which are the user’s', () => {
    collectMetrics(server(), { labels: { hullabaloo: 'a' } }).stop()
  })
})

it.each(['createServer', 'lines', 'createPair'])(
  '%s refuses null in place of options',
  async (name) => {
    const { message } = await refusalOf(name, null as never)
    expect(message).toBe('options is null: it takes an object')
  },
)
