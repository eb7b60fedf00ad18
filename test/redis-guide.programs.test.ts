import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createRedisServer } from '../examples/redis/server.js'
import { createFolder } from './support/folders.js'
import { readDocument } from './support/markdown.js'
import { itPeer } from './support/peers.js'
import { ROOT } from './support/programs.js'
import { Running } from './support/running.js'
import { createProgramFolder, transpileSnippets } from './support/snippets.js'

/** What both clients are made to say. */
const conversation = `
const [endpoint] = process.argv.slice(2)
let heard = () => {}
const published = new Promise((resolve) => { heard = resolve })
const redis = new Redis(endpoint, { onMessage: (...words) => heard(words) })
redis.subscribe('news')
await redis.set('ship', 'hawser ⚓')
console.log(await redis.get('ship'), await redis.get('nothing'))
console.log(await Promise.all([1, 2, 3].map(() => redis.increment('count'))))
console.log(await redis.increment('ship').catch((error) => error.constructor.name + ': ' + error.message))
const big = 'x'.repeat(500_000)
await redis.set('big', big)
console.log(await redis.get('big') === big)
console.log(await redis.command(['PUBLISH', 'news', 'we sail']), await published)
await redis.close()
`

const said = [
  'hawser ⚓ null',
  '[ 1, 2, 3 ]',
  'RespError: ERR value is not an integer or out of range',
  'true',
  "1 [ 'news', 'we sail' ]",
  '',
]

/** The client that the guide has built by its sixth step. */
function clientOfGuide(): string {
  const snippets = transpileSnippets(readDocument('docs/redis-in-an-afternoon.md').blocks)
  const client = snippets.find(({ block }) => block.text.includes('export class Redis '))
  if (client === undefined) throw new Error('the guide builds no client')
  return client.output
}

const clientOfExamples = `import { Redis } from '${join(ROOT, 'examples/dist/redis/client.js')}'`

async function converse(client: string, endpoint: string): Promise<string[]> {
  const folder = createProgramFolder({ 'main.js': client + conversation })
  const running = new Running(process.execPath, [join(folder, 'main.js'), endpoint], folder)
  expect({ ...(await running.ended), complaints: running.complained }).toEqual({
    code: 0,
    signal: null,
    complaints: '',
  })
  return running.printed.split('\n')
}

const clients = [
  ['of the guide', clientOfGuide()],
  ['of the examples', clientOfExamples],
] as const

for (const [name, client] of clients) {
  itPeer('redis-server', `the client ${name} talks to the real redis-server`, async (program) => {
    const socket = join(createFolder(), 'redis.sock')
    const running = new Running(program, ['--port', '0', '--unixsocket', socket, '--save', ''])
    await running.prints(/ready to accept connections/i)
    expect(await converse(client, `unix:${socket}`)).toEqual(said)
  })

  it(`the client ${name} talks to the server of the examples`, async () => {
    const server = createRedisServer()
    const endpoint = `unix:${join(createFolder(), 'own.sock')}`
    await server.listen(endpoint)
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    expect(await converse(client, endpoint)).toEqual(said)
  })
}
