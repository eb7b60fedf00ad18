import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import type { PrintStream } from '@hawser/inspect'
import type { SessionLog } from 'hawser/log'

/** Characters of a line; a longer one is several. */
const longest = 4_096
/** As many lines are kept in one interval of milliseconds: the log is for what is said, and has a limit. */
const mostLines = 1_000
const interval = 1_000

/** What a program prints, as rows of a log: a line each, as it prints them, without colours. */
export class PrintedLines {
  readonly #log: SessionLog
  readonly #of: { readonly session?: string | number }
  readonly #now: () => number
  readonly #tracks = { stdout: createTrack(), stderr: createTrack() }
  #since = -Infinity
  #lines = 0
  #leftOut = 0

  /** @param session that of the rows */
  constructor(log: SessionLog, session: string | number | undefined, now: () => number = Date.now) {
    this.#log = log
    this.#of = session === undefined ? {} : { session }
    this.#now = now
  }

  add(stream: PrintStream, bytes: Buffer): void {
    const track = this.#tracks[stream]
    const lines = (track.rest + track.decoder.write(bytes)).split(/\r?\n/)
    track.rest = lines.pop() ?? ''
    for (const line of lines) this.#keepAll(stream, line)
    const whole = track.rest.length - (track.rest.length % longest)
    if (whole === 0) return
    this.#keepAll(stream, track.rest.slice(0, whole))
    track.rest = track.rest.slice(whole)
  }

  /** What has no end is a line as well. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const track = this.#tracks[stream]
      const rest = track.rest + track.decoder.end()
      track.rest = ''
      if (rest !== '') this.#keepAll(stream, rest)
    }
    this.#sayLeftOut()
  }

  #keepAll(stream: PrintStream, printed: string): void {
    const line = stripVTControlCharacters(printed)
    if (line === '') this.#keep(stream, '')
    for (let at = 0; at < line.length; at += longest) {
      this.#keep(stream, line.slice(at, at + longest))
    }
  }

  #keep(stream: PrintStream, line: string): void {
    const now = this.#now()
    if (Math.abs(now - this.#since) >= interval) {
      this.#sayLeftOut()
      this.#since = now
      this.#lines = 0
    }
    if (++this.#lines > mostLines) {
      this.#leftOut++
      return
    }
    this.#log.event({ event: 'printed', ...this.#of, stream, text: line })
  }

  #sayLeftOut(): void {
    if (this.#leftOut === 0) return
    const text = `${this.#leftOut} lines that it printed are left out: ${mostLines} in a second are kept`
    this.#leftOut = 0
    this.#log.event({ event: 'note', ...this.#of, text })
  }
}

interface Track {
  readonly decoder: StringDecoder
  /** What has no end yet. */
  rest: string
}

function createTrack(): Track {
  return { decoder: new StringDecoder('utf8'), rest: '' }
}
