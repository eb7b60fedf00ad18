import type { Filter } from '../protocol/filter.js'
import type { FramingOf, Sheet, View } from '../sheet/sheet.js'
import { WorkbenchError } from '../workbench-error.js'

/** Views that a page may have: a few panes, and those that are being exchanged. */
const mostViews = 16

/** The views of one page, by the numbers that it gave them. */
export class OpenViews {
  readonly #sheet: Sheet
  /** `undefined` while it is being opened. */
  readonly #views = new Map<number, { view: View | undefined }>()
  #isClosed = false

  constructor(sheet: Sheet) {
    this.#sheet = sheet
  }

  /** Open a view, in the place of one that has the same number. */
  async open(number: number, path: string, filter: Filter, framingOf?: FramingOf): Promise<View> {
    this.close(number)
    if (this.#views.size >= mostViews) {
      const text = `the page has ${mostViews} views, as many as it may have: close one`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    const entry: { view: View | undefined } = { view: undefined }
    this.#views.set(number, entry)
    try {
      const view = await this.#sheet.open(path, filter, framingOf)
      entry.view = view
    } catch (error) {
      if (this.#views.get(number) === entry) this.#views.delete(number)
      throw error
    }
    const { view } = entry
    // The page has left, or has closed it or opened another one in its place.
    if (this.#isClosed || this.#views.get(number) !== entry) {
      view.close()
      throw new WorkbenchError('WORKBENCH_NOT_NOW', `view ${number} was closed while it was opened`)
    }
    return view
  }

  get(number: number): View {
    const view = this.#views.get(number)?.view
    if (view !== undefined) return view
    throw new WorkbenchError('WORKBENCH_NOT_FOUND', `there is no view ${number}: open it first`)
  }

  close(number: number): void {
    const entry = this.#views.get(number)
    this.#views.delete(number)
    entry?.view?.close()
  }

  closeAll(): void {
    this.#isClosed = true
    for (const number of this.#views.keys()) this.close(number)
  }
}
