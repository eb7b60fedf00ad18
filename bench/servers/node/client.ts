import { connect } from 'node:net'
import { once } from 'node:events'
import { serveClient } from '../../support/asking.js'

// A client by hand: those who wait stand in a queue, each line that comes is for the first, and the
// questions of a turn leave in one write. It has no timeouts and no limits.
interface Waiting {
  readonly resolve: (answer: string) => void
  readonly reject: (error: Error) => void
}

serveClient(async (port) => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let waiting: Waiting[] = []
  let first = 0
  let unsent = ''
  let rest = ''

  const flush = (): void => {
    socket.write(unsent)
    unsent = ''
  }
  const fail = (error: Error): void => {
    for (const { reject } of waiting.splice(0).slice(first)) reject(error)
    first = 0
  }
  const settle = (answer: string): void => {
    const next = waiting[first]
    if (next === undefined) {
      socket.destroy(new Error('an answer without a question'))
      return
    }
    first += 1
    next.resolve(answer)
    if (first === waiting.length) {
      waiting = []
      first = 0
    } else if (first === 1024) {
      waiting = waiting.slice(first)
      first = 0
    }
  }
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    let end = text.indexOf('\n')
    if (end < 0) {
      rest += text
      return
    }
    settle(rest + text.slice(0, end))
    let start = end + 1
    while ((end = text.indexOf('\n', start)) >= 0) {
      settle(text.slice(start, end))
      start = end + 1
    }
    rest = text.slice(start)
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection is closed')))

  return (question) =>
    new Promise((resolve, reject) => {
      if (unsent === '') process.nextTick(flush)
      unsent += `${question}\n`
      waiting.push({ resolve, reject })
    })
})
