import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readDocument } from './support/markdown.js'
import { Running } from './support/running.js'
import { transpileSnippets, createProgramFolder, relocate } from './support/snippets.js'

// What docs/from-node-net.md claims about each side, tried on the code it shows.
const snippets = transpileSnippets(readDocument('docs/from-node-net.md').blocks)

/** The code of one section, `left` with node:net, `right` with Hawser. */
function codeOf(section: number, side: 'left' | 'right'): string {
  const snippet = snippets[2 * (section - 1) + (side === 'left' ? 0 : 1)]
  if (snippet === undefined) throw new Error(`section ${section} shows no code`)
  return snippet.output
}

function run(code: string, folder: string = createProgramFolder({})): Running {
  return new Running(process.execPath, ['--input-type=module', '--eval', code], folder)
}

/** Runs a server on a port of the system's choice, which it prints. */
async function serve(code: string): Promise<{ server: Running; port: number }> {
  const anyPort = code
    .replaceAll('127.0.0.1:8000', '127.0.0.1:0')
    .replaceAll("8000, '127.0.0.1'", "0, '127.0.0.1'")
  const server = run(`${anyPort}\nserver.on('listening', () => {})\n${tellPort}`)
  const [, port] = await server.prints(/its port is (\d+)/)
  return { server, port: Number(port) }
}

const tellPort = `
const tell = () => console.log('its port is', server.address().port)
if (server.listening) tell()
else server.once('listening', tell)
`

async function dial(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function ask(socket: net.Socket, question: string): Promise<string> {
  socket.write(question)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return answer.toString()
}

it('every section shows two sides', () => {
  const sides = snippets.map(({ source }) => (source.includes("'node:net'") ? 'left' : 'right'))
  expect(sides).toEqual(Array.from({ length: 7 }, () => ['left', 'right']).flat())
})

describe('a client that resets its connection', () => {
  it('ends the process on the left', async () => {
    const { server, port } = await serve(codeOf(1, 'left'))
    const client = await dial(port)
    expect(await ask(client, 'hello\n')).toBe('HELLO\n')
    client.resetAndDestroy()
    expect((await server.ended).code).toBe(1)
    expect(server.complained).toContain('ECONNRESET')
  })

  it('harms nobody on the right', async () => {
    const { server, port } = await serve(codeOf(1, 'right'))
    const [client, other] = [await dial(port), await dial(port)]
    expect(await ask(client, 'hello\n')).toBe('HELLO\n')
    client.resetAndDestroy()
    expect(await ask(other, 'still there?\n')).toBe('STILL THERE?\n')
    expect(server.complained).toBe('')
  })
})

describe('Ctrl-C while a client is idle', () => {
  it('does not end the server on the left until the client leaves', async () => {
    const { server, port } = await serve(codeOf(2, 'left'))
    const client = await dial(port)
    await server.prints(/connection \d+/)
    const ending = server.interrupt()
    // It accepts no more, so close() was called.
    while (await reaches(port));
    expect(server.printed).not.toContain('close')
    client.destroy()
    expect(await ending).toEqual({ code: 0, signal: null })
    expect(server.printed).toContain('close')
  })

  it('ends the server on the right', async () => {
    const { server, port } = await serve(codeOf(2, 'right'))
    const client = await dial(port)
    await server.prints(/connection \d+/)
    const ended = once(client.resume(), 'end')
    expect(await server.interrupt()).toEqual({ code: 0, signal: null })
    expect(server.printed).toContain('close')
    await ended
  })
})

describe('a port that is taken', () => {
  it.each(['left', 'right'] as const)(
    'reaches the error listener on the %s, and the program goes on to its end',
    async (side) => {
      const taken = net.createServer()
      taken.listen(0, '127.0.0.1')
      await once(taken, 'listening')
      onTestFinished(() => void taken.close())
      const { port } = taken.address() as net.AddressInfo
      const program = run(
        `${codeOf(2, side).replaceAll('8000', String(port))}\nconsole.log('went on')`,
      )
      expect(await program.ended).toEqual({ code: 0, signal: null })
      const said = side === 'left' ? 'the port is in use' : 'something already listens there'
      expect(program.printed).toContain(said)
      expect(program.printed).toContain('went on')
      expect(program.complained).toBe('')
    },
  )
})

describe('a Unix socket whose server was killed', () => {
  it('keeps the next one from listening on the left', async () => {
    const path = join(createProgramFolder({}), 'app.sock')
    const code = codeOf(3, 'left').replaceAll('/tmp/app.sock', path)
    const killed = run(code)
    await killed.prints(new RegExp(path))
    await killed.kill()
    const next = run(code)
    expect((await next.ended).code).toBe(1)
    expect(next.complained).toContain('EADDRINUSE')
  })

  it('is replaced on the right', async () => {
    const path = join(createProgramFolder({}), 'app.sock')
    const code = codeOf(3, 'right').replaceAll('/tmp/app.sock', path)
    const killed = run(code)
    await killed.prints(new RegExp(path))
    await killed.kill()
    await run(code).prints(new RegExp(path))
  })
})

it('the refused client is named on both sides, and told on the right', async () => {
  for (const side of ['left', 'right'] as const) {
    const { server, port } = await serve(codeOf(4, side))
    for (const count of [1, 2, 3]) {
      await dial(port)
      await server.prints(new RegExp(`${count} connected`))
    }
    const refused = await dial(port)
    let heard = ''
    refused.setEncoding('utf8').on('data', (text: string) => (heard += text))
    const { localPort } = refused
    await once(refused, 'close')
    await server.prints(new RegExp(`127.0.0.1 ${localPort} `))
    expect(heard).toBe(side === 'left' ? '' : 'full\n')
    await dial(port)
    await server.prints(/4 connected/)
  }
})

describe('a character cut in two by the network', () => {
  it('is shown as two that are none on the left', async () => {
    const { server, port } = await serve(codeOf(5, 'left'))
    const client = await dial(port)
    client.write(Uint8Array.of(0xc3))
    await server.prints(/"\uFFFD"\n1 bytes read/)
    client.write(Uint8Array.of(0xa9, 0x0a))
    await server.prints(/"\uFFFD\\n"\n3 bytes read/)
  })

  it('is one character on the right', async () => {
    const { server, port } = await serve(codeOf(5, 'right'))
    const client = await dial(port)
    client.setNoDelay(true)
    client.write(Uint8Array.of(0xc3))
    client.write(Uint8Array.of(0xa9, 0x0a))
    await server.prints(/sent 22 bytes\n"é"\n3 bytes read/)
  })
})

it('a client that finds nobody ends the process on the left', async () => {
  const path = join(createProgramFolder({}), 'nobody.sock')
  const client = run(relocate(codeOf(6, 'left'), path))
  expect((await client.ended).code).toBe(1)
  expect(client.complained).toContain("Unhandled 'error' event")
})

it('a client on the right says how it ended', async () => {
  const path = join(createProgramFolder({}), 'server.sock')
  await run(`${relocate(codeOf(5, 'right'), path)}\nconsole.log('ready')`).prints(/ready/)
  const client = run(relocate(codeOf(6, 'right'), path))
  expect((await client.ended).code).toBe(0)
  expect(client.printed).toMatch(/^connected\nHello\. Say something\.\nthe end \{/)
  expect(client.printed).toContain("reason: 'ended'")
})

it('an answer that takes its time is lost without a word on the left', async () => {
  const path = join(createProgramFolder({}), 'server.sock')
  const both = run(relocate(codeOf(7, 'left'), path))
  expect(await both.ended).toEqual({ code: 0, signal: null })
  expect(both.printed + both.complained).toBe('')
})

async function reaches(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  const [name] = await Promise.race([
    once(socket, 'connect').then(() => ['connect']),
    once(socket, 'error').then(() => ['error']),
  ]).catch(() => ['error'])
  socket.destroy()
  return name === 'connect'
}
