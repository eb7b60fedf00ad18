import { connect } from 'node:net'
import { once } from 'node:events'
import { serveShipper, type Stored } from '../../support/shipping.js'

// A shipper by hand: the lines of a turn are a batch, batches wait in a queue until they are acknowledged,
// and all that wait are sent again when the connection is lost. It has no timeouts and no limits.
interface Batch {
  readonly text: string
  readonly resolve: (stored: Stored) => void
}

serveShipper(async (port) => {
  let socket = open()
  await once(socket, 'connect')
  const waiting: Batch[] = []
  let entries = ''
  let batch: Promise<Stored> | undefined
  let settle: (stored: Stored) => void = () => {}
  let rest = ''
  let lastId = 0

  function open(): ReturnType<typeof connect> {
    const made = connect({ port, host: '127.0.0.1', noDelay: true })
    made.setEncoding('utf8')
    made.on('data', (text: string) => take(text))
    made.on('error', () => {})
    made.on('close', () => {
      rest = ''
      setTimeout(() => {
        socket = open()
        for (const { text } of waiting) socket.write(text)
      }, 100)
    })
    return made
  }

  function take(text: string): void {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) waiting.shift()?.resolve(JSON.parse(line) as Stored)
  }

  function flush(): void {
    const text = `[${entries}]\n`
    waiting.push({ text, resolve: settle })
    socket.write(text)
    entries = ''
    batch = undefined
  }

  return (text) => {
    lastId += 1
    const entry = JSON.stringify({ id: lastId, text })
    if (batch === undefined) {
      queueMicrotask(flush)
      batch = new Promise((resolve) => (settle = resolve))
    }
    entries += entries === '' ? entry : `,${entry}`
    return batch
  }
})
