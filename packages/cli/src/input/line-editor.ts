import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline'
import { Writable } from 'node:stream'
import { outputWidth } from '../output/sinks/standard.js'
import type { Sink } from '../output/sinks/sink.js'
import { whenForeground } from './job-control.js'

/** What a line editor tells. */
export interface LineEditorEvents {
  /** A line was entered. */
  line(text: string): void
  /** Ctrl-C was typed. */
  interrupt(): void
  /**
   * Ctrl-D was typed, or the terminal is gone.
   *
   * @returns whether to go on reading, where that is possible
   */
  end(): boolean
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
    process.stdout.on('resize', () => this.#resized())
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
      if (this.#interface === editor) this.#ended(editor)
    })
    editor.prompt()
    editor.write(this.#unfinished)
    this.#unfinished = ''
  }

  #ended(editor: Interface): void {
    this.#clear(editor.getCursorPos().rows)
    this.#interface = undefined
    const { readableEnded, destroyed } = process.stdin
    if (this.#events.end() && !readableEnded && !destroyed) this.#open()
  }

  /**
   * The readline module goes up by the rows that the line had at the old width. By then, most terminals
   * have laid it out anew, and where it has become shorter it would wipe what was received above it.
   */
  #resized(): void {
    const editor = this.#interface
    if (editor === undefined) return
    const { rows } = editor.getCursorPos()
    const before: unknown = Reflect.get(editor, 'prevRows')
    const least = typeof before === 'number' ? Math.min(before, rows) : rows
    this.#clear(reflows(process.env) ? rows : least)
    Reflect.set(editor, 'prevRows', 0)
    editor.prompt(true)
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

/** Whether the terminal lays out anew, at a new width, the line that the cursor is on. */
function reflows(environment: NodeJS.ProcessEnv): boolean {
  const { TERM_PROGRAM: program, XTERM_VERSION: xterm, TMUX: tmux } = environment
  return program !== 'vscode' && (xterm === undefined || tmux !== undefined)
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
  }

  get columns(): number {
    return outputWidth()
  }

  override _write(chunk: string | Buffer, _encoding: string, callback: () => void): void {
    this.#sink.write(chunk)
    callback()
  }
}
