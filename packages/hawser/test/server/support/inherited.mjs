// Serves on the listening socket that it inherited as descriptor 3, and ends with its input.
import { createServer } from 'hawser'

const server = createServer((connection) => void connection.send(`from ${process.pid}`))
await server.listen('fd:3')
process.stdout.write(`${JSON.stringify([process.pid, server.address()])}\n`)
for await (const chunk of process.stdin) {
  const order = String(chunk).trim()
  if (order === 'suspend') await server.suspend()
  else await server.resume()
  process.stdout.write(`${JSON.stringify([server.info().suspended, server.info().listening])}\n`)
}
await server.close({ drain: 0 })
