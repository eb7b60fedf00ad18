import type { LineEditor } from '../input/line-editor.js'
import type { Sink } from '../output/sinks/sink.js'

const longestPrompt = 200

/**
 * Output above the line that is being edited. What the peer sent without a line feed, such as
 * `login: `, becomes the prompt, so that typing goes on behind it.
 */
export class ConversationOutput implements Sink {
  readonly #editor: LineEditor
  readonly #mark: string
  #partial = ''
  #status = ''

  /** @param mark in front of what is typed, where nothing else is */
  constructor(editor: LineEditor, mark: string) {
    this.#editor = editor
    this.#mark = mark
  }

  get queued(): number {
    return this.#editor.queued
  }

  drained(): Promise<void> {
    return this.#editor.drained()
  }

  write(chunk: string | Uint8Array): void {
    const text = this.#partial + String(chunk)
    const end = text.lastIndexOf('\n') + 1
    const rest = text.length - end > longestPrompt ? '' : text.slice(end)
    const whole = rest === '' && end < text.length ? `${text}\n` : text.slice(0, end)
    const changed = rest !== this.#partial
    this.#partial = rest
    if (whole !== '') this.#editor.write(whole)
    if (changed) this.#prompt()
  }

  /** What stands in front of the typed line for as long as it holds; empty for nothing. */
  setStatus(status: string): void {
    if (status === this.#status) return
    this.finish()
    this.#status = status
    this.#prompt()
  }

  /** The typed line was sent: what stood in front of it is history. */
  entered(): void {
    if (this.#partial === '') return
    this.#partial = ''
    this.#prompt()
  }

  /** Keep what stands in the prompt, when the conversation ends. */
  finish(): void {
    if (this.#partial !== '') this.write('\n')
  }

  #prompt(): void {
    const before = this.#partial === '' ? this.#mark : this.#partial
    this.#editor.setPrompt(this.#status === '' ? before : `(${this.#status}) `)
  }
}
