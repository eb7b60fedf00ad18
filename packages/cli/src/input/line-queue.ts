/** Lines that were typed and not yet taken. */
export class LineQueue<Line> implements AsyncIterable<Line> {
  #lines: Line[] = []
  #ended = false
  #wake: () => void = () => {}

  /** Add a line. */
  push(line: Line): void {
    this.#lines.push(line)
    this.#wake()
  }

  /** No more lines follow. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Line> {
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) yield line
      else if (this.#ended) return
      else await this.#change()
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
