import { signal } from '@preact/signals'

export interface Notice {
  readonly id: number
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
}

/** As many are shown at once. */
const mostShown = 4
/** Milliseconds until one goes by itself; errors stay until they are closed, or others come. */
const patience = 6_000

/** What a person should see. */
export class Notices {
  readonly shown = signal<readonly Notice[]>([])
  #lastId = 0

  say(level: Notice['level'], text: string): void {
    const id = (this.#lastId += 1)
    const others = this.shown.value.filter((notice) => notice.text !== text)
    this.shown.value = [...others, { id, level, text }].slice(-mostShown)
    if (level !== 'error') setTimeout(() => this.close(id), patience)
  }

  close(id: number): void {
    this.shown.value = this.shown.value.filter((notice) => notice.id !== id)
  }
}
