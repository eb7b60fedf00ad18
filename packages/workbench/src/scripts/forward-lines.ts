import type { Readable } from 'node:stream'

/** Lines that are passed on in a second, and letters of one. */
const mostInSecond = 20
const longest = 500
const second = 1_000

/** Pass on what is printed, by the line; of a flood the first lines, and how many more there were. */
export function forwardLines(streams: readonly Readable[], printed: (line: string) => void): void {
  let begun = -Infinity
  let count = 0
  const take = (line: string): void => {
    const now = performance.now()
    if (now - begun >= second) {
      if (count > mostInSecond) printed(`${count - mostInSecond} more lines, which came too fast`)
      begun = now
      count = 0
    }
    if (++count <= mostInSecond) printed(line)
  }
  for (const stream of streams) {
    let rest = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(0, longest)
      for (const line of lines) if (line !== '') take(line.slice(0, longest))
    })
    stream.on('end', () => rest !== '' && take(rest))
    stream.on('error', () => {})
  }
}
