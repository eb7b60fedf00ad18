/** Tells when something rests: the peer that sent, or the input that was read. */
export class Activity {
  #last = performance.now()
  #isBusy = false
  #isOver = false
  #wake: () => void = () => {}

  /** Something happened. */
  touch(): void {
    this.#last = performance.now()
  }

  /** Something is under way, for as long as it takes. */
  begin(): void {
    this.#isBusy = true
  }

  /** That is done. */
  end(): void {
    this.#isBusy = false
    this.touch()
    this.#wake()
  }

  /** Nothing can happen any more. */
  over(): void {
    this.#isOver = true
    this.#wake()
  }

  /** Fulfils when nothing has happened for so many milliseconds from now on, or nothing can. */
  async rests(milliseconds: number): Promise<void> {
    this.touch()
    while (!this.#isOver) {
      const left = this.#isBusy ? Infinity : this.#last + milliseconds - performance.now()
      if (left <= 0) return
      await this.#change(left)
    }
  }

  #change(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = patience === Infinity ? undefined : setTimeout(resolve, patience)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
