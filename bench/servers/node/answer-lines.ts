import type { Socket } from 'node:net'

/**
 * The best that is written by hand: a chunk is decoded once, its lines are found in the text and cut
 * out of it, and their answers leave as one piece of text.
 */
export function answerLines(socket: Socket): void {
  let rest = ''
  // Keeps back a character that is cut in two.
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    let end = text.indexOf('\n')
    if (end < 0) {
      rest += text
      return
    }
    let answers = `${(rest + text.slice(0, end)).toUpperCase()}\n`
    let start = end + 1
    while ((end = text.indexOf('\n', start)) >= 0) {
      answers += `${text.slice(start, end).toUpperCase()}\n`
      start = end + 1
    }
    rest = text.slice(start)
    socket.write(answers)
  })
}
