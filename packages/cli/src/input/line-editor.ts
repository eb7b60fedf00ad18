import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline'
import { Writable } from 'node:stream'
import type { Sink } from '../output/sink.js'
import { whenForeground } from './foreground.js'

/** What a line editor tells. */
export interface LineEditorEvents {
  /** A line was entered. */
  line(text: string): void
  /** Ctrl-C was typed. */
  interrupt(): void
  /** Ctrl-D was typed, or the terminal is gone. */
  end(): void
}

const historySize = 1000

/** A line at the bottom of the terminal that is edited while output goes on above it. */
export class LineEditor implements Sink {
  readonly #sink: Sink
  readonly #output: TerminalOutput
  readonly #events: LineEditorEvents
  #interface: Interface | undefined
  #stopWaiting: () => void = () => {}
  #prompt: string
  #history: string[] = []
  #unfinished = ''

  /** @param sink the terminal */
  constructor(sink: Sink, prompt: string, events: LineEditorEvents) {
    this.#sink = sink
    this.#prompt = prompt
    this.#events = events
    this.#output = new TerminalOutput(sink)
  }

  get queued(): number {
    return this.#sink.queued
  }

  drained(): Promise<void> {
    return this.#sink.drained()
  }

  /** Begin to read, as soon as this process is in the terminal's foreground. */
  start(): void {
    this.#stopWaiting = whenForeground(() => this.#open())
  }

  /** Write whole lines above the line that is being edited. */
  write(chunk: string | Uint8Array): void {
    const editor = this.#interface
    if (editor === undefined) {
      this.#sink.write(chunk)
      return
    }
    const { rows } = editor.getCursorPos()
    this.#clear(rows)
    this.#sink.write(chunk)
    // The editor goes up by the rows it had before it draws itself again.
    this.#sink.write('\n'.repeat(rows))
    editor.prompt(true)
  }

  /** Change what stands in front of the edited line. */
  setPrompt(prompt: string): void {
    this.#prompt = prompt
    const editor = this.#interface
    if (editor === undefined) return
    editor.setPrompt(prompt)
    editor.prompt(true)
  }

  /** Stop reading, remove the edited line and give the terminal back. */
  close(): void {
    this.#stopWaiting()
    const editor = this.#interface
    if (editor === undefined) return
    this.#clear(editor.getCursorPos().rows)
    this.#release()
  }

  #open(): void {
    const editor = createInterface({
      input: process.stdin,
      output: this.#output,
      terminal: true,
      prompt: this.#prompt,
      history: this.#history,
      historySize,
      removeHistoryDuplicates: true,
    })
    this.#interface = editor
    insertPastedTextProperly(editor)
    editor.on('history', (history) => {
      this.#history = history
    })
    editor.on('line', (text) => {
      this.#events.line(text)
      if (this.#interface === editor) editor.prompt()
    })
    editor.on('SIGINT', () => this.#events.interrupt())
    editor.on('SIGTSTP', () => this.#suspend())
    editor.on('close', () => {
      if (this.#interface !== editor) return
      this.#interface = undefined
      this.#sink.write('\n')
      this.#events.end()
    })
    editor.prompt()
    editor.write(this.#unfinished)
    this.#unfinished = ''
  }

  /** Ctrl-Z: give the terminal back, stop, and begin again when in the foreground again. */
  #suspend(): void {
    this.#unfinished = this.#interface?.line ?? ''
    this.close()
    process.once('SIGCONT', () => this.start())
    process.kill(process.pid, 'SIGTSTP')
  }

  #release(): void {
    const editor = this.#interface
    this.#interface = undefined
    editor?.close()
  }

  #clear(rows: number): void {
    moveCursor(this.#output, 0, -rows)
    cursorTo(this.#output, 0)
    clearScreenDown(this.#output)
  }
}

/**
 * While it takes more than one character at once, as from a paste, the readline module appends them
 * to the line wherever the cursor is, and forgets how many rows the line has. It does so to keep
 * pasted tabs from completing, and there is no completion here.
 */
function insertPastedTextProperly(editor: Interface): void {
  Object.defineProperty(editor, 'isCompletionEnabled', { get: () => true, set: () => {} })
}

/** The terminal as the readline module wants to see it. */
class TerminalOutput extends Writable {
  readonly #sink: Sink

  constructor(sink: Sink) {
    super({ decodeStrings: false })
    this.#sink = sink
    process.stdout.on('resize', () => this.emit('resize'))
  }

  get columns(): number {
    return process.stdout.columns
  }

  override _write(chunk: string | Buffer, _encoding: string, callback: () => void): void {
    this.#sink.write(chunk)
    callback()
  }
}
