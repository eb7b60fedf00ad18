import type { LineEditor } from '../input/line-editor.js'
import type { Colours, Paint } from '../output/colours.js'
import { escapeText } from '../output/escape.js'
import { outputWidth } from '../output/sinks/standard.js'
import { wrapHanging } from '../output/width.js'

/** Lines on stderr, above the line that is being typed if there is one. Nothing in them acts on a terminal. */
export class Speech {
  readonly #editor: LineEditor | undefined
  readonly #colours: Colours
  readonly #isQuiet: boolean

  constructor(editor: LineEditor | undefined, colours: Colours, isQuiet: boolean) {
    this.#editor = editor
    this.#colours = colours
    this.#isQuiet = isQuiet
  }

  /** What is good to know. */
  notice(text: string): void {
    if (!this.#isQuiet) this.#say(text, this.#colours.note)
  }

  /** What went wrong. */
  fail(message: string): void {
    this.#say(`hawser: ${message}`, (text) => text)
  }

  #say(text: string, paint: Paint): void {
    const safe = escapeText(text)
    if (!process.stderr.isTTY) {
      process.stderr.write(`${safe}\n`)
      return
    }
    const line = `${wrapHanging('', paint(safe), outputWidth())}\n`
    if (this.#editor === undefined) process.stderr.write(line)
    else this.#editor.write(line)
  }
}
