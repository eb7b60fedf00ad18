// A server for each line of its input, a Unix path, and the end of the one before. It says that it
// listens, or the code of the error; who connects is told its process id. It ends with its input.
import { createInterface } from 'node:readline'
import { createServer } from 'hawser'

const print = (text) => process.stdout.write(`${text}\n`)
let server
print('ready')
for await (const path of createInterface({ input: process.stdin })) {
  await server?.close({ drain: 0 })
  server = createServer((connection) => void connection.send(`${process.pid}\n`))
  print(
    await server.listen(`unix:${path}`).then(
      () => 'listens',
      ({ code }) => code,
    ),
  )
}
await server?.close({ drain: 0 })
