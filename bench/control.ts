/**
 * How a bench process is asked for things: a line on its standard input, `name` or `name JSON`, and
 * one line of JSON on its standard output for each, in order: `{"value":…}` or `{"error":"…"}`. The
 * same few words are understood by the servers in C, Go and Bun. The end of standard input ends the
 * process, so that nothing outlives the harness however that ended.
 */
export type Request = (argument: unknown) => unknown

/** Answer what arrives on standard input until it ends; `first` is the line sent unasked. */
export function answerRequests(requests: Readonly<Record<string, Request>>, first: unknown): void {
  let rest = ''
  let previous: Promise<void> = Promise.resolve()
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) previous = previous.then(() => answer(requests, line))
  })
  process.stdin.on('end', () => process.exit(0))
  say({ value: first })
}

async function answer(requests: Readonly<Record<string, Request>>, line: string): Promise<void> {
  const space = line.indexOf(' ')
  const name = space < 0 ? line : line.slice(0, space)
  const request = requests[name]
  try {
    if (request === undefined) throw new Error(`no such request: ${name}`)
    const argument: unknown = space < 0 ? undefined : JSON.parse(line.slice(space + 1))
    say({ value: (await request(argument)) ?? null })
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) })
  }
}

function say(reply: object): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
