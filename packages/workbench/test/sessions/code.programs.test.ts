import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, createServer, delimited } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import type { Definition } from '../../src/protocol/definition.js'
import { createList } from '../support/sessions.js'

const library = fileURLToPath(import.meta.resolve('hawser'))

/** What is copied of a definition, as a program that runs; it ends with the test. */
async function runCode(definition: Definition): Promise<{
  said: (pattern: RegExp) => Promise<RegExpExecArray>
}> {
  const both = await createList()
  const id = await both.list.start(definition)
  await both.list.stop(id).catch(() => undefined)
  // A program of a user finds the package by its name; this one lies outside of the project.
  const code = both.list.copy(id, 'code').replaceAll("'hawser'", JSON.stringify(library))
  const file = join(createFolder(), 'program.mjs')
  writeFileSync(file, code)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
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
