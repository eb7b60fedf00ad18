import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, createServer, delimited } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { createFolder } from '../../../../test/support/folders.js'
import type { Definition } from '../../src/protocol/definition.js'
import { until } from '../../../../test/support/until.js'
import { createList } from '../support/sessions.js'

const library = fileURLToPath(import.meta.resolve('hawser'))

/** What is copied of a definition, as a program that runs; it ends with the test. */
async function runCode(
  definition: Definition,
  files: Readonly<Record<string, string>> = {},
): Promise<{
  said: (pattern: RegExp) => Promise<RegExpExecArray>
}> {
  const both = await createList()
  const id = both.list.add(definition)
  // A program of a user finds the package by its name; this one lies outside of the project.
  const code = both.list.copy(id, 'code').replaceAll("'hawser'", JSON.stringify(library))
  const folder = createFolder({ ...files, 'program.mjs': code })
  const child = spawn(process.execPath, ['program.mjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: folder,
    env: {
      ...process.env,
      ...('ca.pem' in files ? { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } : {}),
    },
  })
  onTestFinished(async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  let text = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
    for (const look of waiting) look()
  })
  return {
    said: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = pattern.exec(text)
          if (found === null) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

it('a server that is copied as code greets and sends back', async () => {
  const program = await runCode({
    ...{ kind: 'server', name: 'echo', listen: '127.0.0.1:0', framing: 'lines' },
    ...{ respond: 'echo', greeting: 'hello', maxConnections: 7, idleTimeout: 60_000 },
  })
  const [, port = ''] = await program.said(/port: (\d+)/)
  const client = await connect(`127.0.0.1:${port}`, { framing: delimited('\n') })
  expect(show(await client.receive())).toBe('hello')
  await client.send('to and fro')
  expect(show(await client.receive())).toBe('to and fro')
  await client.close()
})

const text = (said: string) => ({ as: 'text', text: said }) as const

it('a server that is copied as code has its rules', async () => {
  const program = await runCode({
    ...{ kind: 'server', name: 'ruled', listen: '127.0.0.1:0', framing: 'lines', respond: 'echo' },
    responders: [
      { name: 'off', match: text('PING'), do: 'reset', off: true },
      { name: 'ping\n', match: text('PING'), do: 'reply', reply: text('PONG'), delay: 1 },
      { name: 'pass', match: { as: 'regex', regex: '^a+$' }, do: 'pass' },
      { name: 'drop', match: { as: 'hex', hex: '61 61' }, do: 'drop' },
      { name: 'bye', match: { as: 'length', from: 3, to: 3 }, do: 'close' },
    ],
  })
  const [, port = ''] = await program.said(/port: (\d+)/)
  const client = await connect(`127.0.0.1:${port}`, { framing: delimited('\n') })
  const heard: string[] = []
  for (const said of ['PING', 'aaa', 'baab', 'else']) await client.send(said)
  for (let count = 0; count < 3; count++) heard.push(show(await client.receive()))
  expect(heard).toEqual(['PONG', 'aaa', 'else'])
  await client.send('bye')
  await client.closed
})

it.each([false, true])(
  'a client that is copied as code has its rules, reconnect: %s',
  async (reconnect) => {
    const got: string[] = []
    const server = createServer(
      { framing: delimited('\n') },
      {
        open: (connection) => connection.send('login:'),
        message: (_, message) => void got.push(show(message)),
      },
    )
    await server.listen('127.0.0.1:0')
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    const { port } = server.address() as { readonly port: number }
    const reply = { as: 'hex', hex: '61 6e 6e' } as const
    await runCode({
      ...{ kind: 'client', name: 'c', connect: `127.0.0.1:${port}`, framing: 'lines', reconnect },
      responders: [{ name: 'log in', match: text('login'), do: 'reply', reply }],
    })
    await until(() => got.includes('ann'))
  },
)

it.each([false, true])(
  'a client that is copied as code speaks and hears, reconnect: %s',
  async (reconnect) => {
    const server = createServer({ framing: delimited('\n') }, (connection) =>
      connection.send('welcome'),
    )
    await server.listen('127.0.0.1:0')
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    const { port } = server.address() as { readonly port: number }
    const program = await runCode({
      ...{ kind: 'client', name: 'c', connect: `127.0.0.1:${port}`, framing: 'lines', reconnect },
    })
    await program.said(/welcome/)
  },
)

it('a proxy that is copied as code passes on', async () => {
  const server = createServer({}, { message: (connection, bytes) => connection.send(bytes) })
  await server.listen('127.0.0.1:0')
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  const { port } = server.address() as { readonly port: number }
  const target = `127.0.0.1:${port}`
  const program = await runCode({ kind: 'proxy', name: 'p', listen: '127.0.0.1:0', target })
  const [, own = ''] = await program.said(/port: (\d+)/)
  const client = await connect(`127.0.0.1:${own}`)
  await client.send('through')
  expect(show(await client.receive())).toBe('through')
  await client.close()
})

it('a proxy with TLS on both sides, copied as code, speaks it on both', async () => {
  const authority = await createAuthority('Test CA')
  const { cert, key } = await authority.issue({ name: 'site', names: ['127.0.0.1'] })
  const server = createServer(
    { tls: { cert, key } },
    { message: (connection, bytes) => connection.send(bytes) },
  )
  await server.listen('127.0.0.1:0')
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  const { port } = server.address() as { readonly port: number }
  const program = await runCode(
    {
      ...{ kind: 'proxy', name: 'p', listen: '127.0.0.1:0', target: `127.0.0.1:${port}` },
      ...{ tlsIn: true, tlsOut: true, idleTimeout: 60_000, faults: ['latency=5'] },
    },
    { 'hawser-cert.pem': cert, 'hawser-key.pem': key, 'ca.pem': authority.cert },
  )
  const [, own = ''] = await program.said(/port: (\d+)/)
  const client = await connect(`tls://127.0.0.1:${own}`, { tls: { ca: authority.cert } })
  await client.send('through')
  expect(show(await client.receive())).toBe('through')
  await client.close()
})

it.each([false, true])(
  'a client of several connections that is copied as code makes them all, reconnect: %s',
  async (reconnect) => {
    const heard: string[] = []
    const server = createServer(
      { framing: delimited('\n') },
      { message: (_, message) => void heard.push(show(message)) },
    )
    await server.listen('127.0.0.1:0')
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    const { port } = server.address() as { readonly port: number }
    await runCode({
      ...{ kind: 'client', name: 'c', connect: `127.0.0.1:${port}`, framing: 'lines' },
      ...{ connections: 3, reconnect },
    })
    await until(() => heard.length === 3)
  },
)
