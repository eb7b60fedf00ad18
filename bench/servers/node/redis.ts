import { serveNet } from './server.js'

// What a programmer writes by hand in an afternoon: gather text, cut commands out of it by their
// lengths, one write for each reply. No limit and no backpressure.
const store = new Map<string, string>()

serveNet((socket) => {
  let rest = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    rest += text
    let at = 0
    for (let cut = cutCommand(rest, at); cut !== undefined; cut = cutCommand(rest, at)) {
      at = cut.end
      socket.write(answer(cut.words))
    }
    rest = rest.slice(at)
  })
})

function cutCommand(text: string, from: number): { words: string[]; end: number } | undefined {
  let end = text.indexOf('\r\n', from)
  if (end === -1) return undefined
  if (text[from] !== '*') return { words: text.slice(from, end).split(' '), end: end + 2 }
  const words: string[] = []
  for (let count = Number(text.slice(from + 1, end)); count > 0; count -= 1) {
    const line = text.indexOf('\r\n', end + 2)
    if (line === -1) return undefined
    const size = Number(text.slice(end + 3, line))
    if (line + 2 + size + 2 > text.length) return undefined
    words.push(text.slice(line + 2, line + 2 + size))
    end = line + 2 + size
  }
  return { words, end: end + 2 }
}

function answer([name = '', key = '', text = '']: readonly string[]): string {
  switch (name.toUpperCase()) {
    case 'GET': {
      const found = store.get(key)
      return found === undefined ? '$-1\r\n' : `$${found.length}\r\n${found}\r\n`
    }
    case 'SET':
      store.set(key, text)
      return '+OK\r\n'
    case 'PING':
      return '+PONG\r\n'
    default:
      return '*0\r\n'
  }
}
