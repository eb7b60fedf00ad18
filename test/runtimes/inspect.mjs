// Whether the packed inspector sees a program, and attaches to one that runs. Prints one JSON object a line for the runner.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { attach, startInspection, tapPath } from '@hawser/inspect'

const DEADLINE = 20_000
const program = fileURLToPath(new URL('inspected.mjs', import.meta.url))
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

print({ runtime: `Node ${process.version.slice(1)}` })
await check('shows HTTP, Hawser and a worker thread', watchWhole)
await check('attaches to a program that runs', attachToOne)
print({ done: true })

async function check(name, body) {
  const limit = setTimeout(() => {
    print({ check: name, error: `no end within ${DEADLINE} ms` })
    process.exit(1)
  }, DEADLINE)
  try {
    await body()
    print({ check: name })
  } catch (error) {
    print({ check: name, error: error instanceof Error ? error.message : String(error) })
  }
  clearTimeout(limit)
}

async function watchWhole() {
  const bare = await run({})
  const { inspection, seen } = await inspect()
  const variables = { ...inspection.variables, NODE_OPTIONS: `--require=${tapPath()}` }
  const watched = await run(variables)
  await inspection.drain()
  await inspection.close()
  expect(watched === bare, `it printed ${watched} instead of ${bare}`)
  expect(seen.threads.length === 2, `${seen.threads.length} threads were seen`)
  for (const { missing } of seen.threads) expect(missing.length === 0, JSON.stringify(missing))
  expect(seen.closed.length === 6, `${seen.closed.length} connections were seen`)
  for (const [{ captured, unseen }, { counted }] of seen.closed) {
    const same = captured.in === counted?.in && captured.out === counted?.out
    expect(same && unseen === undefined, JSON.stringify({ captured, counted, unseen }))
  }
  const texts = ['GET / HTTP/1.1', 'hello by http', 'hello by hawser', 'hello by a worker']
  for (const text of texts) expect(seen.text.includes(text), `${text} was not seen`)
}

async function attachToOne() {
  const child = spawn(process.execPath, ['--inspect-port=0', program, 'echo'])
  try {
    child.stdout.setEncoding('utf8')
    const [line] = await once(child.stdout, 'data')
    const client = connect(Number(line), '127.0.0.1')
    await once(client, 'connect')
    await exchange(client, 'before')
    const { inspection, seen } = await inspect()
    const { HAWSER_INSPECT: socket } = inspection.variables
    await attach({ pid: child.pid, socket, confirm: () => true })
    await exchange(client, 'after')
    client.destroy()
    while (seen.closed.length === 0) await new Promise(setImmediate)
    await inspection.close()
    expect(seen.text === 'afterafter', `it saw ${seen.text}`)
  } finally {
    child.kill('SIGKILL')
  }
}

async function exchange(client, text) {
  client.write(text)
  const [reply] = await once(client, 'data')
  expect(String(reply) === text, `${reply} came instead of ${text}`)
}

async function inspect() {
  const seen = { threads: [], closed: [], text: '' }
  const handler = {
    thread: (thread) => seen.threads.push(thread),
    threadEnded: () => {},
    open: () => {},
    bytes: (_, { bytes }) => (seen.text += Buffer.from(bytes).toString('latin1')),
    event: () => {},
    close: (connection, close) => seen.closed.push([connection, close]),
    missed: (_, missed) => print({ trouble: JSON.stringify(missed) }),
    trouble: (text) => print({ trouble: text }),
  }
  return { seen, inspection: await startInspection({ http2: false, handler }) }
}

async function run(variables) {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  expect(code === 0, `the program exited with ${code}`)
  return output
}

function expect(holds, text) {
  if (!holds) throw new Error(text)
}
