import { Buffer } from 'node:buffer'
import type { SavedMessage, SavedSequence } from '../protocol/saved.js'
import type { SavedState } from '../protocol/saved-state.js'
import { WorkbenchError } from '../workbench-error.js'
import { mergeSaved } from './merge-saved.js'

/** As many of each kind may be kept. */
export const mostItems = 500
/** Bytes of all of them, as JSON: each page gets all of them, and is given up with 8 MiB unread. */
export const mostBytes = 2 * 1024 * 1024

export type SavedKind = 'message' | 'sequence'

/** Where they are kept. */
export interface SavedPlace {
  /**
   * @param before what was there when it was last read or written
   * @returns what is there now, where that may be more: another workbench may write to it as well; rejects with why they
   * could not be written
   */
  write(state: SavedState, before: SavedState): Promise<SavedState | void>
}

const listOf = { message: 'messages', sequence: 'sequences' } as const

/** What is kept under names, to be sent again. */
export class SavedItems {
  readonly #place: SavedPlace
  readonly #listeners = new Set<() => void>()
  #state: SavedState
  /** What is there, as far as it is known here. */
  #written: SavedState
  /** They are written one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(state: SavedState, place: SavedPlace) {
    this.#state = state
    this.#written = state
    this.#place = place
  }

  get state(): SavedState {
    return this.#state
  }

  /** Call `listener` when they changed. @returns ends it */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /**
   * Keep one: a new one at the end, one that was there in its place.
   *
   * @param was the name that it had
   * @returns rejects with WorkbenchError for a name that another one has, for too many, and when they cannot be written
   */
  async keep(
    item:
      | { readonly kind: 'message'; readonly value: SavedMessage }
      | { readonly kind: 'sequence'; readonly value: SavedSequence },
    was?: string,
  ): Promise<void> {
    const { kind, value } = item
    const list: readonly { readonly name: string }[] = this.#state[listOf[kind]]
    const at = was === undefined ? -1 : list.findIndex(({ name }) => name === was)
    if (list.some(({ name }, index) => name === value.name && index !== at)) {
      const text = `there is a ${kind} ${value.name} already: choose another name`
      throw new WorkbenchError('WORKBENCH_INVALID', text)
    }
    if (at === -1 && list.length >= mostItems) {
      const text = `${mostItems} are kept, as many as there may be: delete one`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    await this.#put(kind, at === -1 ? [...list, value] : list.with(at, value))
  }

  async forget(kind: SavedKind, name: string): Promise<void> {
    const list = this.#state[listOf[kind]]
    await this.#put(kind, list.toSpliced(this.#find(kind, name), 1))
  }

  /** What was read anew where they are kept. */
  take(state: SavedState): void {
    this.#written = state
    this.#change(state)
  }

  /** Put one into another place of its list. */
  async move(kind: SavedKind, name: string, to: number): Promise<void> {
    const list: readonly object[] = this.#state[listOf[kind]]
    const at = this.#find(kind, name)
    const others = list.toSpliced(at, 1)
    await this.#put(kind, others.toSpliced(to, 0, ...list.slice(at, at + 1)))
  }

  #find(kind: SavedKind, wanted: string): number {
    const at = this.#state[listOf[kind]].findIndex(({ name }) => name === wanted)
    if (at !== -1) return at
    throw new WorkbenchError('WORKBENCH_NOT_FOUND', `there is no ${kind} ${wanted}`)
  }

  /** What cannot be written is kept all the same, until the workbench ends. */
  async #put(kind: SavedKind, list: readonly object[]): Promise<void> {
    const state = { ...this.#state, [listOf[kind]]: list } as SavedState
    if (bytesOf(state) > mostBytes) {
      const text = `all that is kept may have ${mostBytes} bytes: delete something`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    this.#change(state)
    const written = this.#last.then(() => this.#write())
    this.#last = written.catch(() => undefined)
    await written
  }

  async #write(): Promise<void> {
    const state = this.#state
    const there = (await this.#place.write(state, this.#written)) ?? state
    this.#written = there
    // Meanwhile more may have been kept here as well.
    if (there !== state) this.#change(mergeSaved(state, this.#state, there))
  }

  #change(state: SavedState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

export function bytesOf(state: SavedState): number {
  return Buffer.byteLength(JSON.stringify(state))
}
