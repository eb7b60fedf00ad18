// Stay connected while the server restarts. Requests get their replies, and the server's own messages
// arrive beside them.
//
//   npm run example staying-connected [ENDPOINT]
//
// It ends by itself.
import { createClient, createServer, formatEndpoint, lines, type Server } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:0'] = process.argv.slice(2)

/** Returns each line in capitals. Its own messages begin with an asterisk. */
async function start(where: string): Promise<Server<string, string>> {
  const server = createServer(
    { framing: lines() },
    { message: (connection, line) => connection.send(line.toUpperCase()) },
  )
  await server.listen(where)
  return server
}

let server = await start(endpoint)
const where = formatEndpoint(server.address() ?? '')

const client = createClient<string, string>(where, {
  framing: lines(),
  correlate: { isPush: (line) => line.startsWith('* ') },
  heartbeat: { ping: 'are you there?' },
  // What each new connection begins with: a login, subscriptions.
  onConnect: async ({ request }) => console.log(`greeted: ${await request('hello')}`),
  onMessage: (line) => console.log(`pushed: ${line}`),
})
process.once('SIGINT', () => void client.close({ drain: 0 }))
client.on('disconnected', ({ info, error }) => {
  console.log(`not connected: ${info?.reason ?? error?.message}`)
})

const replies = await Promise.all(['one', 'two', 'three'].map((each) => client.request(each)))
console.log(`replies: ${replies.join(' ')}`)
server.broadcast('* the server will be back')

await server.close()
// It waits until there is a connection again.
const early = client.request('sent while the server is away', { timeout: 10_000 })
server = await start(where)
console.log(`reply: ${await early}`)

await client.close()
await server.close()
console.log(`${client.info().connections} connections, ${client.status.state}`)
