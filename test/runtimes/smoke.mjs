// The smoke suite: what a user of the packed library relies on, in plain JavaScript and without a
// test framework, so that every runtime can run it. Prints one JSON object a line for the runner.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import {
  connect,
  createServer,
  delimited,
  fixed,
  framing,
  jsonLines,
  lengthPrefixed,
  lines,
  netstring,
  raw,
} from 'hawser'

const LOCAL = 'tcp://127.0.0.1:0'
const DEADLINE = 10_000
const scratch = mkdtempSync(join(tmpdir(), 'hawser-smoke-'))
const text = new TextDecoder()
const bytes = (...values) => Uint8Array.from(values)

/** One's own framing: a byte that counts the bytes behind it. */
const counted = framing({
  name: 'counted',
  maxFrame: 255,
  decoder: () => ({
    decode(input, emit) {
      let at = 0
      while (at < input.length && at + 1 + input[at] <= input.length) {
        const end = at + 1 + input[at]
        const more = emit(input.slice(at + 1, end), end)
        at = end
        if (!more) break
      }
      return at
    },
  }),
  encoder: () => ({
    encode(message, output) {
      const at = output.reserve(1 + message.length)
      output.buffer[at] = message.length
      output.buffer.set(message, at + 1)
    },
  }),
})

const binary = [bytes(1, 2, 3), bytes(0), bytes(250, 10, 13, 44)]
const framings = {
  lines: [lines(), ['one', '', 'drei ✓']],
  'lines, CRLF': [lines({ crlf: 'require' }), ['one', 'two']],
  delimited: [delimited('\0\0'), [bytes(1, 2, 3), bytes(4)]],
  'length-prefixed, 1': [lengthPrefixed({ bytes: 1 }), binary],
  'length-prefixed, 2 little': [lengthPrefixed({ bytes: 2, endian: 'little' }), binary],
  'length-prefixed, 4': [lengthPrefixed({ bytes: 4, includesHeader: true }), binary],
  'length-prefixed, 8': [lengthPrefixed({ bytes: 8 }), binary],
  'length-prefixed, varint': [
    lengthPrefixed({ bytes: 'varint' }),
    [...binary, new Uint8Array(300)],
  ],
  fixed: [fixed(3), [bytes(1, 2, 3), bytes(4, 5, 6)]],
  netstring: [netstring(), binary],
  'JSON lines': [jsonLines(), [{ a: [1, null, 'x'] }, 'text', 7]],
  "one's own": [counted, binary],
}

async function echo(connection) {
  for await (const message of connection) await connection.send(message)
}

/** Sends the messages to an echo server and answers what comes back until the end. */
async function exchange(endpoint, cut, messages) {
  const server = createServer({ framing: cut }, echo)
  await server.listen(endpoint)
  const client = await connect(whereIs(server, endpoint), { framing: cut })
  for (const message of messages) await client.send(message)
  await client.end()
  const answers = []
  for await (const answer of client) answers.push(answer)
  const closed = await client.closed
  same(closed.by === 'error' ? closed : undefined, undefined)
  await server.close({ drain: 1_000 })
  return answers
}

function whereIs(server, endpoint) {
  return endpoint.startsWith('unix:') ? endpoint : `tcp://127.0.0.1:${server.address().port}`
}

const checks = {
  'echo over TCP': async () => {
    same(await exchange(LOCAL, lines(), ['hello', 'world']), ['hello', 'world'])
  },

  'echo over a Unix socket': async () => {
    const path = `unix:${join(scratch, 'echo.sock')}`
    same(await exchange(path, lines(), ['hello', 'world']), ['hello', 'world'])
  },

  'framing raw': async () => {
    const answers = await exchange(LOCAL, raw(), ['some bytes'])
    same(answers.map((chunk) => text.decode(chunk)).join(''), 'some bytes')
  },

  ...Object.fromEntries(
    Object.entries(framings).map(([name, [cut, messages]]) => [
      `framing ${name}`,
      async () => same(await exchange(LOCAL, cut, messages), messages),
    ]),
  ),

  'a handler object shared by all': async () => {
    const handler = { message: (connection, line) => void connection.send(line.toUpperCase()) }
    const server = createServer({ framing: lines() }, handler)
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    await client.send('loud')
    const { value } = await client[Symbol.asyncIterator]().next()
    same(value, 'LOUD')
    await client.end()
    await server.close({ drain: 1_000 })
  },

  'web streams': async () => {
    const server = createServer({ framing: lines() }, (connection) =>
      connection.readable.pipeTo(connection.writable),
    )
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    const writer = client.writable.getWriter()
    await writer.write('through')
    await writer.close()
    const answers = []
    for await (const answer of client.readable) answers.push(answer)
    same(answers, ['through'])
    await server.close({ drain: 1_000 })
  },

  'Node streams': async () => {
    const server = createServer({ framing: lines() }, (connection) => {
      const stream = connection.duplex()
      stream.pipe(stream)
    })
    await server.listen(LOCAL)
    const client = (await connect(whereIs(server, LOCAL), { framing: lines() })).duplex()
    client.end('through')
    const answers = []
    for await (const answer of client) answers.push(answer)
    same(answers, ['through'])
    await server.close({ drain: 1_000 })
  },

  'the plain read path': async () => {
    const server = createServer({ framing: lines(), fastRead: false }, echo)
    await server.listen(LOCAL)
    const options = { framing: lines(), fastRead: false }
    const client = await connect(whereIs(server, LOCAL), options)
    await client.send('plain')
    await client.end()
    const answers = []
    for await (const answer of client) answers.push(answer)
    same(answers, ['plain'])
    await server.close({ drain: 1_000 })
  },

  'a megabyte comes back whole': async () => {
    const message = new Uint8Array(1_000_000).map((_, at) => at % 251)
    same(await exchange(LOCAL, lengthPrefixed({ bytes: 4 }), [message]), [message])
  },

  'a sender is slowed by a reader that waits': async () => {
    const total = 4_000
    const isWaiting = withResolvers()
    const server = createServer({ framing: lines() }, async (connection) => {
      for (let sent = 0; sent < total; sent += 1) {
        const sending = connection.send(`${sent} ${'x'.repeat(10_000)}`)
        if (!(await isSettled(sending))) isWaiting.resolve()
        await sending
      }
    })
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    await isWaiting.promise
    let received = 0
    for await (const line of client) {
      same(line.startsWith(`${received} `), true)
      received += 1
    }
    same(received, total)
    await server.close({ drain: 1_000 })
  },

  'a drain lets work end and counts it': async () => {
    const started = withResolvers()
    const server = createServer({ framing: lines() }, async (connection) => {
      for await (const line of connection) {
        started.resolve()
        await pause(100)
        await connection.send(`done ${line}`)
      }
    })
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    await client.send('work')
    await started.promise
    const closing = server.close({ drain: 5_000 })
    const answers = []
    for await (const answer of client) answers.push(answer)
    same(answers, ['done work'])
    same(await closing, { drained: 1, forced: 0 })
  },

  'a drain cuts off what does not end': async () => {
    const started = withResolvers()
    const never = new Promise(() => {})
    const handler = {
      message: () => {
        started.resolve()
        return never
      },
    }
    const server = createServer({ framing: lines() }, handler)
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    await client.send('work')
    await started.promise
    same(await server.close({ drain: 100 }), { drained: 0, forced: 1 })
    await client.closed
  },

  'a reset ends one connection and says so': async () => {
    const gone = withResolvers()
    const server = createServer({ framing: lines() }, async (connection) => {
      void connection.closed.then(gone.resolve)
      await echo(connection)
    })
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    await client.send('hello')
    for await (const _ of client) break
    client.reset()
    const { reason } = await gone.promise
    same(reason, 'reset')
    same(await exchange(LOCAL, lines(), ['still here']), ['still here'])
    await server.close({ drain: 1_000 })
  },

  'every subpath can be imported, with nothing else installed': async () => {
    const manifest = fileURLToPath(import.meta.resolve('hawser/package.json'))
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8'))
    const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'))
    same(subpaths.length > 2, true)
    for (const subpath of subpaths) {
      const names = Object.keys(await import(`hawser${subpath.slice(1)}`))
      same([subpath, names.length > 0], [subpath, true])
    }
  },

  'metrics tell what a server did': async () => {
    const { collectMetrics } = await import('hawser/metrics')
    const server = createServer({ framing: lines() }, echo)
    const metrics = collectMetrics(server)
    await server.listen(LOCAL)
    const client = await connect(whereIs(server, LOCAL), { framing: lines() })
    await client.send('hello')
    await client.end()
    for await (const answer of client) same(answer, 'hello')
    await server.close({ drain: 1_000 })
    const page = metrics.prometheus()
    metrics.stop()
    same(page.includes('\nhawser_connections_closed_total{reason="ended"} 1\n'), true)
    same(page.includes('\nhawser_messages_read_total 1\n'), true)
  },

  'a server joins no workers where there are none': async () => {
    const { currentWorker, joinWorkers, workersBackplane } = await import('hawser/workers')
    const server = createServer({ framing: lines(), backplane: workersBackplane() }, echo)
    same(currentWorker(), undefined)
    same(joinWorkers(server), undefined)
    await server.listen(LOCAL)
    await server.close({ drain: 0 })
  },

  'two workers serve and are renewed, or say that they need Node.js': async () => {
    if (globalThis.Bun === undefined && globalThis.Deno === undefined) return serveByTwo()
    const { startWorkers } = await import('hawser/workers')
    const error = await startWorkers({ script: './worker.js' }).catch((reason) => reason)
    same(error.code, 'HAWSER_INVALID_OPTION')
  },

  'two workers have a socket each, or say that this runtime cannot': async () => {
    const error = await serveByTwo({ reusePort: true }).catch((reason) => reason)
    const [major, minor] = process.versions.node.split('.').map(Number)
    const isNode = globalThis.Bun === undefined && globalThis.Deno === undefined
    const can = isNode && (major > 23 || (major === 22 && minor >= 12))
    same(error?.code, can ? undefined : 'HAWSER_INVALID_OPTION')
  },

  'a refused connection has a code': async () => {
    const server = createServer({ framing: lines() }, echo)
    await server.listen(LOCAL)
    const endpoint = whereIs(server, LOCAL)
    await server.close({ drain: 0 })
    const error = await connect(endpoint, { framing: lines() }).catch((reason) => reason)
    same(error.code, 'HAWSER_CONNECT_REFUSED')
  },
}

async function serveByTwo(options) {
  const { startWorkers } = await import('hawser/workers')
  // Beside this file, from where the library is found.
  const script = new URL('./smoke-worker.mjs', import.meta.url)
  writeFileSync(
    script,
    `import { createServer, lines } from 'hawser'
    import { joinWorkers } from 'hawser/workers'
    const server = createServer({ framing: lines() }, (connection) => connection.send(String(process.pid)))
    joinWorkers(server)
    await server.listen('${LOCAL}')`,
  )
  try {
    const workers = await startWorkers({ script, count: 2, ...options })
    const ask = async () => {
      const [address] = workers.info().addresses
      const client = await connect(address, { framing: lines() })
      for await (const line of client) return Number(line)
    }
    const before = [await ask(), await ask()]
    // The kernel takes no turns.
    if (options === undefined) same(new Set(before).size, 2)
    same((await workers.reload()).replaced, 2)
    const after = [await ask(), await ask()]
    same(
      after.filter((pid) => before.includes(pid)),
      [],
    )
    same(await workers.close({ drain: 1_000 }), { drained: 0, forced: 0, killed: 0 })
  } finally {
    rmSync(script)
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers() {
  const parts = {}
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return parts
}

/** Whether a promise is settled by the next turn of the event loop. */
function isSettled(promise) {
  const turn = new Promise((resolve) => setImmediate(resolve, false))
  return Promise.race([promise.then(() => true), turn])
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function same(actual, expected) {
  const [left, right] = [actual, expected].map(show)
  if (left !== right) throw new Error(`expected ${shorten(right)}, got ${shorten(left)}`)
}

function show(value) {
  return JSON.stringify(value, (_, part) =>
    part instanceof Uint8Array ? { bytes: Array.from(part).join(' ') } : part,
  )
}

function shorten(shown = 'undefined') {
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
}

function say(object) {
  console.log(JSON.stringify(object))
}

function nameRuntime() {
  if (globalThis.Bun) return `Bun ${globalThis.Bun.version}`
  if (globalThis.Deno) return `Deno ${globalThis.Deno.version.deno}`
  return `Node ${process.versions.node}`
}

say({ runtime: nameRuntime() })
for (const [check, body] of Object.entries(checks)) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${DEADLINE} ms`)), DEADLINE)
  })
  try {
    await Promise.race([body(), late])
    say({ check })
  } catch (error) {
    say({ check, error: error?.stack ?? String(error) })
  } finally {
    clearTimeout(timer)
  }
}
rmSync(scratch, { recursive: true })
// Nothing exits the process: what the library left open would keep it alive past the limit.
say({ done: true })
