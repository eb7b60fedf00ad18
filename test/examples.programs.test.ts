import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { connect, type Connection, createServer, lines } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { listExamples, SITUATIONS } from '../scripts/lib/examples.mjs'
import { createAuthority } from './support/certificates.js'
import { createFolder } from './support/folders.js'
import { NatsServer } from './support/nats-server.js'
import { itPeer } from './support/peers.js'
import { ROOT, runNode } from './support/programs.js'
import { Running } from './support/running.js'

const anyPort = 'tcp://127.0.0.1:0'
const greeting = 'Hello from the server. Say something.'

function runExample(name: string, ...args: string[]): Running {
  return new Running(process.execPath, [join(ROOT, 'examples/dist', `${name}.js`), ...args])
}

/** The example that listens, and the port it chose. */
async function startTalk(): Promise<{ talk: Running; port: string }> {
  const talk = runExample('servers/talk', anyPort)
  const [, port = ''] = await talk.prints(/telnet 127\.0\.0\.1 (\d+)/)
  await talk.prints(/Ctrl-C/)
  return { talk, port }
}

/** Connects, says a line, and reads until `expected` lines came. */
async function converse(endpoint: string, line: string, expected: number): Promise<string[]> {
  const client = await connect(endpoint, { framing: lines() })
  await client.send(line)
  const answers: string[] = []
  for await (const answer of client) {
    answers.push(answer)
    if (answers.length === expected) break
  }
  await client.close()
  return answers
}

/** A client that neither speaks nor reads, gone when the test is. */
async function occupy(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as { port: number }).port
}

const examples = [...SITUATIONS.keys()].flatMap((folder) => listExamples(ROOT, folder))

it('every folder of examples is a situation, and `npm run example` lists all of them', async () => {
  const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['dist', 'support'].includes(entry.name))
    .map(({ name }) => name)
  expect(folders.toSorted()).toEqual([...SITUATIONS.keys()].toSorted())
  const { code, stdout } = await runNode(['scripts/example.mjs'])
  expect(code).toBe(0)
  const printed = stdout.split('\n')
  expect(printed.filter((line) => line.length > 80)).toEqual([])
  for (const title of SITUATIONS.values()) expect(printed).toContain(title)
  for (const { name, summary } of examples) {
    expect(printed.filter((line) => line.startsWith(`  ${name} `))).toEqual([
      expect.stringMatching(/ {2}[A-Z].+\.$/),
    ])
    expect(stdout).toContain(summary)
  }
})

it.each(examples)('$name opens with how to try it', ({ name, path }) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  expect(text).toMatch(
    new RegExp(`^(?:// .*\n)+//\n// {3}npm run example ${name}(?: .+)?\n//\n// `),
  )
})

it.each([
  ['taalk', "There is no example 'taalk'. Did you mean talk?"],
  ['tls-server', "There is no example 'tls-server'. `npm run example` without a name lists them."],
  ['server', "There is no example 'server'. Did you mean server-address or server-events"],
])('an example that there is not, %s, is refused with advice', async (name, advice) => {
  const { code, stdout, stderr } = await runNode(['scripts/example.mjs', name])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(advice)
})

it('an example runs by its name, with its arguments, and nothing else on its output', async () => {
  // Building first: on a busy machine that takes longer than a program may be silent.
  expect(await runNode(['scripts/setup.mjs'])).toMatchObject({ code: 0 })
  const example = new Running(process.execPath, ['scripts/example.mjs', 'talk', anyPort])
  const [, endpoint = ''] = await example.prints(/^listening on (tcp:\S+)/)
  expect(await converse(endpoint, 'ahoy', 1)).toEqual([greeting])
  await example.prints(/#1 gone/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
})

it('servers made by function and by class say by event, callback and promise that they listen', async () => {
  const example = runExample('servers/start-a-server', anyPort, anyPort)
  const [, first = ''] = await example.prints(/event: (tcp:\S+)/)
  await example.prints(/callback: the first server listens/)
  const [, second = ''] = await example.prints(/promise: (tcp:\S+) listens too/)
  expect(await converse(first, 'ahoy', 1)).toEqual(['AHOY'])
  expect(await converse(second, 'ahoy', 1)).toEqual(['4 characters'])
  await example.prints(/Ctrl-C/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
})

it('the events of a server are seen, and a port in use is named with advice', async () => {
  const example = runExample('servers/server-events', anyPort)
  const [, endpoint = ''] = await example.prints(/listening: (tcp:\S+)/)
  const [, code, message] = await example.prints(/error: (\S+): (.+)\n/)
  expect(code).toBe('HAWSER_ADDRESS_IN_USE')
  expect(message).toContain(endpoint)
  expect(message).toContain('choose another')
  expect(await converse(endpoint, '', 1)).toEqual(['Hello, and goodbye.'])
  await example.prints(/connection: 127\.0\.0\.1 port \d+/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.printed).toMatch(/close: .*\n$/)
})

it('addresses of IPv4, IPv6 and a Unix path are told apart', async () => {
  const path = join(createFolder(), 'example.sock')
  const example = runExample('servers/server-address', anyPort, 'tcp://[::1]:0', `unix:${path}`)
  const [, four] = await example.prints(/port (\d+), family IPv4, address 127\.0\.0\.1\n/)
  const [, six] = await example.prints(/port (\d+), family IPv6, address ::1\n/)
  await example.prints(new RegExp(`path ${path}\n`))
  for (const endpoint of [`127.0.0.1:${four}`, `[::1]:${six}`, `unix:${path}`]) {
    await (await connect(endpoint)).close()
  }
  await example.prints(new RegExp(`a client reached 127.0.0.1 port ${four}\n`))
  await example.prints(new RegExp(`a client reached ::1 port ${six}\n`))
  await example.prints(new RegExp(`a client reached ${path}`))
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
})

it('the fourth client is refused, counted and named, and two more come in when the maximum is 5', async () => {
  const example = runExample('servers/limit-clients', anyPort)
  const [, endpoint = ''] = await example.prints(/listening on (tcp:\S+)/)
  const port = Number(endpoint.split(':').at(-1))
  for (const count of [1, 2, 3]) {
    const { localPort } = await occupy(port)
    await example.prints(new RegExp(`port ${localPort} connected: ${count} of 3\n`))
  }
  const refused = await connect(endpoint, { framing: lines() })
  const { localPort } = refused
  for await (const goodbye of refused) expect(goodbye).toBe('full: come back later')
  await example.prints(new RegExp(`refused 127.0.0.1 port ${localPort}: limit, 3 of 3\n`))
  await example.prints(/refused so far: 1\n3 of 5 from now on/)
  const fourth = await occupy(port)
  await example.prints(/connected: 4 of 5/)
  await occupy(port)
  await example.prints(/connected: 5 of 5/)
  await occupy(port)
  await example.prints(/limit, 5 of 5\nrefused so far: 2/)
  const left = fourth.localPort
  fourth.destroy()
  await example.prints(new RegExp(`port ${left} left: ended`))
  const { localPort: again } = await occupy(port)
  await example.prints(new RegExp(`port ${again} connected: 5 of 5`))
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
})

it('a relay passes on what two ends say, and tells how much', async () => {
  const upstream = createServer({ framing: lines() }, async (connection) => {
    for await (const line of connection) await connection.send(`heard ${line}`)
  })
  await upstream.listen(anyPort)
  const example = runExample('servers/relay', anyPort, `tcp://127.0.0.1:${portOf(upstream)}`)
  const [, endpoint = ''] = await example.prints(/relaying (tcp:\S+) to/)
  expect(await converse(endpoint, 'hello', 1)).toEqual(['heard hello'])
  await example.prints(/6 bytes up, 12 down, the client ended first/)
  await upstream.close()
  await example.interrupt()
})

it('an address is refused its third connection, and all of them once it is on the list', async () => {
  const file = join(createFolder(), 'deny.txt')
  writeFileSync(file, '# nobody yet\n')
  const example = runExample('servers/who-may-connect', anyPort, file)
  const [, endpoint = ''] = await example.prints(/listening on (tcp:\S+)/)
  expect(await converse(endpoint, 'ahoy', 1)).toEqual(['AHOY'])
  const port = Number(endpoint.split(':').at(-1))
  await occupy(port)
  await occupy(port)
  const refused = await connect(endpoint, { framing: lines() })
  for await (const goodbye of refused) expect(goodbye).toBe('not now')
  await example.prints(/refused 127\.0\.0\.1: per-address, 1 so far/)
  const neighbour = { localAddress: '127.0.0.2', framing: lines() }
  const other = await connect(endpoint, neighbour)
  await other.close()

  writeFileSync(file, '127.0.0.0/8 # everybody here\n')
  example.type('\n')
  await example.prints(/the list was read again/)
  const denied = await connect(endpoint, neighbour)
  for await (const goodbye of denied) expect(goodbye).toBe('not now')
  await example.prints(/refused 127\.0\.0\.2: denied, 1 so far/)
  writeFileSync(file, '127.0.0.0/80\n')
  example.type('\n')
  await example.prints(/deny cannot be used: .*deny\.txt, line 1: the prefix of/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
})

it('the client behind a proxy is named, and a pretender is refused', async () => {
  const example = runExample('production/behind-a-proxy', anyPort)
  const [, endpoint = ''] = await example.prints(/listening on (tcp:\S+)/)
  const source = { address: '203.0.113.7', port: 4711 }
  const destination = { address: '198.51.100.1', port: 443 }
  const ssl = {
    overTls: true,
    certificateOnConnection: false,
    certificateInSession: false,
    verify: 0,
    version: 'TLSv1.3',
  }
  const proxied = await connect(endpoint, {
    framing: lines(),
    proxyProtocol: { version: 2, source, destination, tlvs: { authority: 'a.example', ssl } },
  })
  await proxied.send('hello')
  const heard: string[] = []
  for await (const line of proxied) if (heard.push(line) === 2) break
  expect(heard).toEqual(['you are 203.0.113.7', 'HELLO'])
  await proxied.close()
  await example.prints(/203\.0\.113\.7 through 127\.0\.0\.1, TLSv1\.3 to a\.example\n/)
  const check = { version: 2, local: true } as const
  await (await connect(endpoint, { proxyProtocol: check })).close()
  await example.prints(/a health check of 127\.0\.0\.1\n/)
  const plain = await connect(endpoint)
  await plain.send('hello\n')
  await example.prints(/refused 127\.0\.0\.1: proxy-header-invalid, .* it begins with "hello/)
  await plain.closed
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
})

itPeer('telnet', 'telnet is greeted, heard and counted', async (program) => {
  const { talk, port } = await startTalk()
  const telnet = new Running(program, ['127.0.0.1', port])
  await telnet.prints(new RegExp(greeting))
  await talk.prints(/#1 127\.0\.0\.1 port \d+: sent 38 bytes/)
  telnet.type('good evening\n')
  // Telnet ends its lines with CR LF.
  await talk.prints(/#1 "good evening", 14 bytes read/)
  telnet.finish()
  await talk.prints(/#1 gone: ended \(remote\)/)
  expect(await talk.interrupt()).toEqual({ code: 0, signal: null })
})

itPeer('nc', 'nc is greeted, heard and counted', async (program) => {
  const { talk, port } = await startTalk()
  const nc = new Running(program, ['-N', '127.0.0.1', port])
  await nc.prints(new RegExp(greeting))
  nc.type('one\ntwo\n')
  await talk.prints(/#1 "two", 8 bytes read/)
  nc.finish()
  await talk.prints(/#1 gone: ended \(remote\)/)
  expect(await nc.ended).toEqual({ code: 0, signal: null })
})

itPeer('curl', 'curl telnet:// is greeted, heard and counted', async (program) => {
  const { talk, port } = await startTalk()
  const curl = new Running(program, ['-sN', `telnet://127.0.0.1:${port}`])
  await curl.prints(new RegExp(greeting))
  curl.type('from curl\n')
  await talk.prints(/#1 "from curl", 10 bytes read/)
  // It does not take the end of its input for the end of the talk.
  await curl.interrupt()
  await talk.prints(/#1 gone: ended \(remote\)/)
})

itPeer('curl', 'the request of curl http:// is shown', async (program) => {
  const { talk, port } = await startTalk()
  const curl = new Running(program, ['-s', `http://127.0.0.1:${port}/some/page`])
  await talk.prints(/#1 "GET \/some\/page HTTP\/1\.1", \d+ bytes read/)
  await talk.prints(new RegExp(`#1 "Host: 127.0.0.1:${port}"`))
  // It wanted HTTP and was greeted otherwise.
  expect((await curl.ended).code).not.toBe(0)
})

itPeer('chromium', 'the request of a browser is shown', async (program) => {
  const { talk, port } = await startTalk()
  // A browser that talks to nobody but us.
  const quiet = [
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-extensions',
    '--disable-sync',
    '--no-pings',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ]
  const profile = `--user-data-dir=${createFolder()}`
  const plain = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
  const page = `http://127.0.0.1:${port}/from-a-browser`
  const browser = new Running(program, [...plain, ...quiet, profile, '--dump-dom', page])
  await talk.prints(/#\d+ "GET \/from-a-browser HTTP\/1\.1", \d+ bytes read/)
  await talk.prints(/#\d+ "User-Agent: .*Chrom/)
  await browser.ended
})

it('a client connects, writes, receives and notices the end', async () => {
  const server = createServer({ framing: lines() }, async (connection) => {
    for await (const line of connection) await connection.send(`${line}!`)
  })
  onTestFinished(() => void server.close({ drain: 0 }))
  await server.listen(anyPort)
  const [address] = server.addresses()
  if (typeof address !== 'object') throw new Error('not listening')
  const example = runExample('clients/client', `tcp://127.0.0.1:${address.port}`, 'one', 'two')
  expect(await example.ended).toEqual({ code: 0, signal: null })
  expect(example.printed.split('\n')).toEqual([
    `connected to 127.0.0.1 port ${address.port}`,
    'received one!',
    'received two!',
    'the end: ended (local), 10 bytes read, 8 written',
    '',
  ])
})

it('a client without an endpoint talks to a server of its own', async () => {
  const example = runExample('clients/client')
  expect(await example.ended).toEqual({ code: 0, signal: null })
  expect(example.printed).toMatch(/received HELLO\nreceived GOODBYE\nthe end: ended \(local\)/)
})

it('a client that finds no server says so in one line', async () => {
  const path = join(createFolder(), 'nobody.sock')
  const example = runExample('clients/client', `unix:${path}`)
  expect(await example.ended).toEqual({ code: 1, signal: null })
  expect(example.complained).toMatch(/^HAWSER_CONNECT_REFUSED: cannot connect to unix:.+\n$/)
})

it('a client and a server in one process talk both ways and end', async () => {
  const example = runExample('clients/client-and-server')
  expect(await example.ended).toEqual({ code: 0, signal: null })
  expect(example.printed.split('\n')).toEqual([
    'server: What is your name?',
    'client: Hawser',
    'server: Thank you, Hawser.',
    'client and server are closed',
    '',
  ])
  expect(example.complained).toBe('')
})

it('two servers are on one page of metrics, told apart by name', async () => {
  const example = runExample('production/metrics', anyPort, anyPort, '0')
  const [, page = ''] = await example.prints(/metrics on (http:\S+)/)
  const [, echo = ''] = await example.prints(/listening on (tcp:\S+)/)
  const [, shout = ''] = await example.prints(/listening on .+\nlistening on (tcp:\S+)/)
  expect(await converse(echo, 'ahoy', 1)).toEqual(['ahoy'])
  expect(await converse(shout, 'ahoy', 1)).toEqual(['AHOY'])
  const client = await connect(echo, { framing: lines() })
  const port = client.localPort
  await client.send('once more')
  for await (const _ of client) break
  client.reset()
  await example.prints(new RegExp(`${port}: reset \\(remote\\)`))
  const text = await (await fetch(page)).text()
  expect(text).toContain('\nhawser_connections_accepted_total{server="echo"} 2\n')
  expect(text).toContain('\nhawser_connections_accepted_total{server="shout"} 1\n')
  expect(text).toContain('\nhawser_messages_read_total{server="echo"} 2\n')
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
})

it('what is said in a room reaches it on both servers', async () => {
  const example = runExample('servers/rooms', anyPort, anyPort)
  const [, first = '', second = ''] = await example.prints(
    /listening on (tcp:\S+)\nlistening on (tcp:\S+)/,
  )
  const [anna, ben] = await Promise.all(
    [first, second].map((endpoint) => connect(endpoint, { framing: lines() })),
  )
  if (anna === undefined || ben === undefined) throw new Error('nobody connected')
  const heard = [anna, ben].map((guest) => guest[Symbol.asyncIterator]())
  const next = async (who: 0 | 1): Promise<unknown> => (await heard[who]?.next())?.value
  for (const who of [0, 1] as const) expect(await next(who)).toMatch(/^\/join ROOM, /)
  await ben.send('hello?')
  expect(await next(1)).toBe('join a room first: /join ROOM')
  await ben.send('/join harbour')
  expect(await next(1)).toBe('[harbour] you and 0 more here')
  for (const line of ['/name Anna', '/join harbour', 'ahoy']) await anna.send(line)
  expect(await next(0)).toBe('[harbour] you and 0 more here')
  expect(await next(1)).toBe('[harbour] Anna has joined')
  expect(await next(1)).toBe('[harbour] Anna says: ahoy')
  for (const room of ['a', 'b', 'c']) await anna.send(`/join ${room}`)
  for (const room of ['a', 'b']) expect(await next(0)).toBe(`[${room}] you and 0 more here`)
  expect(await next(0)).toMatch(/is in 3 topics and may be in no more/)
  anna.reset()
  expect(await next(1)).toBe('[harbour] Anna has gone')
  await ben.close()
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
})

it('a client stays connected while its server is restarted', async () => {
  const example = runExample('clients/staying-connected')
  expect(await example.ended).toEqual({ code: 0, signal: null })
  // It may knock before the server listens again.
  const printed = example.printed.replaceAll(/^not connected: cannot connect.*\n/gm, '')
  expect(printed.split('\n')).toEqual([
    'greeted: HELLO',
    'replies: ONE TWO THREE',
    'pushed: * the server will be back',
    'not connected: ended',
    'greeted: HELLO',
    'reply: SENT WHILE THE SERVER IS AWAY',
    '2 connections, closed',
    '',
  ])
  expect(example.complained).toBe('')
})

it('transactions of many callers share three connections, one at a time each', async () => {
  const example = runExample('clients/pool')
  expect(await example.ended).toEqual({ code: 0, signal: null })
  expect(example.printed.split('\n')).toEqual([
    'a new connection: hello is done',
    'a new connection: hello is done',
    'a new connection: hello is done',
    '-5 is negative: all of it is rolled back',
    'the total is 46',
    'by hand: begin is done',
    '3 connections were made, 3 are idle',
    '',
  ])
  expect(example.complained).toBe('')
})

it('the OpenTelemetry SDK exports what a server counted', async () => {
  const example = runExample('production/opentelemetry', anyPort)
  const [, endpoint = ''] = await example.prints(/listening on (tcp:\S+)/)
  expect(await converse(endpoint, 'ahoy', 1)).toEqual(['ahoy'])
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  await example.prints(/name: 'hawser\.server\.accepted_connections'[^}]*unit: '\{connection\}'/)
  await example.prints(/name: 'hawser\.server\.connection\.duration'/)
})

it('a service has a socket with a mode, and the third client waits for its turn', async () => {
  const path = join(createFolder(), 'service.sock')
  const example = runExample('production/service', `unix:${path}?mode=600`)
  await example.prints(/not started by systemd/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const dial = (): Promise<Connection<string, string>> => connect(path, { framing: lines() })
  const hear = async (client: Connection<string, string>): Promise<string> => {
    for await (const line of client) return line
    throw new Error('it ended')
  }
  const first = await dial()
  expect(await hear(first)).toBe('your turn')
  const second = await dial()
  expect(await hear(second)).toBe('your turn')
  const third = await dial()
  await third.send('ahoy')
  await first.close()
  expect([await hear(third), await hear(third)]).toEqual(['your turn', 'AHOY'])
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.printed).toMatch(/closing: 2 drain, 0 that wait are refused\nclosed: 2 drained/)
  await Promise.all([second.close(), third.close()])
})

it('a program in several processes answers from each, is renewed and survives a crash', async () => {
  const example = runExample('production/workers', anyPort, '2')
  const [, endpoint = ''] = await example.prints(/listening on (tcp:\S+) with 2 workers\n/)
  const [, primary = ''] = await example.prints(/kill -HUP (\d+) replaces them/)
  const heard = [await converse(endpoint, 'ahoy', 1), await converse(endpoint, 'ahoy', 1)]
  expect(heard.flat().toSorted()).toEqual(['worker 1 heard ahoy', 'worker 2 heard ahoy'])

  const clients = [
    await connect(endpoint, { framing: lines() }),
    await connect(endpoint, { framing: lines() }),
  ]
  const answers = clients.map((client) => client[Symbol.asyncIterator]())
  for (const [at, client] of clients.entries()) {
    await client.send('hello')
    expect((await answers[at]?.next())?.value).toMatch(/^worker \d heard hello$/)
  }
  await clients[0]?.send('all hands')
  for (const [at, client] of clients.entries()) {
    expect((await answers[at]?.next())?.value).toBe('hands')
    await client.close()
  }

  process.kill(Number(primary), 'SIGHUP')
  const [, renewed = ''] = await example.prints(/worker 2 is process (\d+) now/)
  await example.prints(/replaced 2 workers, drained \d connections/)
  process.kill(Number(renewed), 'SIGKILL')
  await example.prints(/worker 2 crashed: SIGKILL/)
  await example.prints(new RegExp(`process ${renewed} now[^]+worker 2 is process \\d+ now`))
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.printed).toMatch(/closed: 0 drained, 0 forced\n$/)
  expect(example.complained).toBe('')
})

it('a client of several servers takes a spare, and says of each why it failed', async () => {
  const alone = runExample('clients/spare-servers')
  await alone.prints(/connected to 127\.0\.0\.1 port \d+\nreceived the spare heard hello\n/)
  expect(await alone.ended).toEqual({ code: 0, signal: null })

  const { port } = await startTalk()
  const nobody = net.createServer()
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
  const closed = (nobody.address() as net.AddressInfo).port
  await new Promise((resolve) => nobody.close(resolve))

  const example = runExample('clients/spare-servers', `127.0.0.1:${closed}`, `127.0.0.1:${port}`)
  await example.prints(new RegExp(`connected to 127.0.0.1 port ${port}\n[^]*received `))
  expect(await example.ended).toEqual({ code: 0, signal: null })

  const failing = runExample('clients/spare-servers', `127.0.0.1:${closed}`, `127.0.0.1:${closed}`)
  expect(await failing.ended).toEqual({ code: 1, signal: null })
  expect(failing.complained).toMatch(/^HAWSER_CONNECT_REFUSED: cannot connect to any of 2 /)
  expect(failing.complained.match(/127\.0\.0\.1 port \d+: ECONNREFUSED$/gm)).toHaveLength(2)
})

/** A certificate for localhost and its key, in files. */
async function createIdentity(): Promise<string[]> {
  const authority = await createAuthority('Example authority')
  const { cert, key } = await authority.issue({ name: 'site', names: ['localhost'] })
  // The example trusts the file it shows, so the authority is in it.
  const folder = createFolder({ 'cert.pem': cert + authority.cert, 'key.pem': key })
  return [join(folder, 'cert.pem'), join(folder, 'key.pem')]
}

it('a simulation finds the bug of replicas, and none once it is mended', async () => {
  const example = runExample('testing/replicas')
  expect(await example.ended).toEqual({ code: 0, signal: null })
  expect(example.printed).toMatch(
    /^the stores disagree: east has version \d+, west \d+, after \d+ ms\n/,
  )
  expect(example.printed).toContain('"faults": [')
  const mended = runExample('testing/replicas', '--mended')
  expect(await mended.ended).toEqual({ code: 0, signal: null })
  expect(mended.printed).toMatch(/^200 seeds, \d+ faults, \d+ minutes: the stores agree\n$/)
})

it('a TLS server and its client agree, and a stranger is not trusted', async () => {
  const example = runExample('production/tls', 'localhost:0', ...(await createIdentity()))
  await example.prints(/server: TLSv1\.3, asked for localhost, ALPN shout\/1/)
  await example.prints(/client: TLSv1\.3, verified: true/)
  await example.prints(/client: AHOY/)
  await example.prints(/client: the peer's certificate was not accepted/)
  await example.prints(/refused: tls-handshake-failed/)
  await example.prints(/Ctrl-C/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
})

it('an example of TLS without a certificate takes that of `hawser cert`', async () => {
  const cache = createFolder()
  const program = join(ROOT, 'examples/dist/production/tls.js')
  const settings = [`XDG_CACHE_HOME=${cache}`, process.execPath, program, 'localhost:0']
  const example = new Running('env', settings)
  await example.prints(/client: TLSv1\.3, verified: true/)
  await example.prints(new RegExp(`--ca ${cache}/hawser/tls/hawser-cert.pem\n.*Ctrl-C`))
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
})

it('a connection that began in plain text goes on under TLS', async () => {
  const example = runExample(
    'production/starttls',
    'tcp://localhost:0',
    ...(await createIdentity()),
  )
  await example.prints(/Ctrl-C/)
  expect(example.printed.split('\n').slice(1, 5)).toEqual([
    '220 localhost ready',
    '530 STARTTLS first',
    '220 go ahead',
    '250 VRFY ann came under TLSv1.3',
  ])
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
})

itPeer('nats-server', 'two-nodes is a chat over both nodes', async (program) => {
  const nats = await NatsServer.start(program)
  const nodes = runExample('production/two-nodes', nats.address, '0', '0')
  const [, first = '', second = ''] = await nodes.prints(
    /listens on (tcp:\S+)\n[^]*listens on (tcp:\S+)\n/,
  )
  const one = await connect<string, string>(first, { framing: lines() })
  const other = await connect<string, string>(second, { framing: lines() })
  const next = async (client: Connection<string, string>): Promise<string> => {
    for await (const line of client) return line
    throw new Error('it ended')
  }
  expect(await next(one)).toMatch(/^you are one of \d$/)
  expect(await next(other)).toMatch(/^you are one of \d$/)
  await one.send('ahoy')
  expect(await next(other)).toMatch(/^1 at tcp:\S+> ahoy$/)
  await Promise.all([one.close(), other.close()])
})

itPeer(
  'nats-server',
  'two-nodes ends with an error, and both nodes, where NATS is not',
  async () => {
    const nodes = runExample('production/two-nodes', '127.0.0.1:1', '0', '0')
    expect(await nodes.ended).toEqual({ code: 1, signal: null })
    expect(nodes.complained).toMatch(/^no connection to the NATS server at 127\.0\.0\.1:1/)
    expect(nodes.complained).not.toMatch(/^\s+at /m)
  },
)

itPeer(
  'nats-server',
  'two-nodes ends the NATS server that it started, when it is ended',
  async () => {
    const nodes = runExample('production/two-nodes')
    await nodes.prints(/listens on [^]*listens on /)
    nodes.signal('SIGTERM')
    expect(await nodes.ended).toEqual({ code: 0, signal: null })
    // Its port is free again.
    const port = net.createServer()
    await new Promise<void>((resolve, reject) => {
      port.once('error', reject).listen(4222, '127.0.0.1', resolve)
    })
    port.close()
  },
)
