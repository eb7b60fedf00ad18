// Greet each client and show what it sends. The client may be telnet, nc, curl or a browser.
//
//   npm run example talk [ENDPOINT]
//
// Then run one of the commands that it prints.
import { createServer, formatEndpoint, lines } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000'] = process.argv.slice(2)

const server = createServer({ framing: lines() }, async (connection) => {
  const { id, remoteAddress, remotePort } = connection
  await connection.send('Hello from the server. Say something.')
  console.log(`#${id} ${remoteAddress} port ${remotePort}: sent ${connection.bytesWritten} bytes`)
  void connection.closed.then(({ reason, by }) => console.log(`#${id} gone: ${reason} (${by})`))
  for await (const line of connection) {
    console.log(`#${id} ${JSON.stringify(line)}, ${connection.bytesRead} bytes read`)
  }
})

server.on('listening', (address) => {
  const where = formatEndpoint(address)
  console.log(`listening on ${where}`)
  if (typeof address === 'string') return console.log(`  nc -U ${address}`)
  const { address: host, port } = address
  console.log(`  telnet ${host} ${port}`)
  console.log(`  nc ${host} ${port}`)
  console.log(`  curl ${where.replace('tcp:', 'telnet:')}`)
  console.log(
    `  ${where.replace('tcp:', 'http:')}/ in a browser: it complains, and its request is shown`,
  )
  console.log('Ctrl-C ends.')
})
await server.listen(endpoint)

process.once('SIGINT', () => void server.close())
