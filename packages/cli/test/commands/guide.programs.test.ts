import { createServer, delimited, lengthPrefixed, raw, type Server } from 'hawser'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { type Block, nameOf, readDocument } from '../../../../test/support/markdown.js'
import { Command, hawser } from '../support/command.js'

const { blocks } = readDocument('docs/command-framings.md')

/** The commands that have their output behind them, and the page's module. */
const recipes = blocks.flatMap((block, at) => {
  const next = blocks[at + 1]
  return block.language === 'sh' && next?.language === 'text' ? [{ block, output: next.text }] : []
})
const mine = blocks.find(({ language }) => language === 'ts')

/** The servers that the page talks to, by the ports it names. */
const servers: Readonly<Record<string, () => Server<never, never>>> = {
  // Registers 0 and 1 of a Modbus TCP device have the values 7 and 42.
  5020: () =>
    createServer(
      { framing: lengthPrefixed({ bytes: 2, offset: 4 }) },
      {
        message(client, request) {
          expect(Buffer.from(request).toString('hex')).toBe('00010000010300000002')
          return client.send(Buffer.from('00010000010304 0007 002a'.replaceAll(' ', ''), 'hex'))
        },
      },
    ) as unknown as Server<never, never>,
  // The same behind a gateway, with the CRC that the request has to have.
  4001: () =>
    createServer(
      { framing: raw() },
      {
        message(client, request) {
          expect(Buffer.from(request).toString('hex')).toBe('010300000002c40b')
          return client.send(Buffer.from('0103040007002aca2d', 'hex'))
        },
      },
    ) as unknown as Server<never, never>,
  2575: () =>
    createServer(
      { framing: delimited('\x1c\r', { start: '\v' }) },
      {
        message(client, message) {
          const [header = ''] = Buffer.from(message).toString().split('\r')
          const [, marks, sender, , receiver, , date, , , id] = header.split('|')
          expect(marks).toBe(String.raw`^~\&`)
          const reply = `MSH|${marks}|${receiver}||${sender}||${date}||ACK|${id}|P|2.5`
          return client.send(`${reply}\rMSA|AA|${id}`)
        },
      },
    ) as unknown as Server<never, never>,
}

it.each(recipes.map(({ block, output }) => [nameOf(block), block, output] as const))(
  '%s prints what the page says',
  async (_name, block, output) => {
    const { code, stdout } = await run(block)
    expect(stdout).toBe(output)
    expect(code).toBe(0)
  },
)

it('the page has recipes', () => {
  expect(recipes.length).toBe(3)
})

async function run({ text }: Block): Promise<{ code: number | null; stdout: string }> {
  const [, port = ''] = /hawser connect (\d+) /.exec(text) ?? []
  const server = servers[port]?.()
  if (server === undefined) throw new Error(`no server for port ${port}`)
  await server.listen('127.0.0.1:0')
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  const { port: own } = server.address() as { port: number }
  const folder = createFolder({ 'mine.mjs': moduleText() })
  const script = text
    .replace(`hawser connect ${port}`, `hawser connect ${own}`)
    .replace('./mine.mjs', join(folder, 'mine.mjs'))
  const start = `hawser() { '${process.execPath}' '${hawser}' "$@"; }\n${script}`
  return new Command('sh', ['-c', start], { stdin: 'ignore' }).ended
}

/** Its import, as a module in a folder that knows nothing of this one needs it. */
function moduleText(): string {
  return (mine?.text ?? '').replace("'hawser'", JSON.stringify(import.meta.resolve('hawser')))
}
