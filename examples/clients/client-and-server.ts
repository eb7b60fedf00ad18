// Let a client and a server talk in one process.
//
//   npm run example client-and-server [ENDPOINT]
//
// It ends by itself.
import { connect, createServer, lines } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:0'] = process.argv.slice(2)

// The server asks, and says thank you for each answer.
const server = createServer({ framing: lines() }, async (connection) => {
  await connection.send('What is your name?')
  for await (const answer of connection) {
    console.log(`client: ${answer}`)
    await connection.send(`Thank you, ${answer}.`)
  }
})
await server.listen(endpoint)

const client = await connect(server.address(), { framing: lines() })
process.once('SIGINT', () => void client.close())
for await (const line of client) {
  console.log(`server: ${line}`)
  if (line.endsWith('?')) await client.send('Hawser')
  else await client.end()
}

await server.close()
console.log('client and server are closed')
