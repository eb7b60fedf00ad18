// Serves on the endpoints it is given, which systemd or a stand-in passed on. It prints where, or
// what went wrong, and ends with its input.
import { createServer } from 'hawser'

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const server = createServer((connection) => void connection.send(`at ${connection.localAddress}`))
try {
  await server.listen(process.argv.slice(2))
  print(server.addresses())
  for await (const _chunk of process.stdin);
} catch ({ name, code, message }) {
  print({ name, code, message })
}
await server.close({ drain: 0 })
