/** A browser shows no element that is higher: Firefox ends at 17.9 million pixels. */
const highest = 8_000_000

/** Between the rows of a list of any length and a scroll bar that knows less. All in pixels but for rows. */
export class ScrollMap {
  readonly count: number
  readonly rowHeight: number
  readonly viewport: number

  constructor(count: number, rowHeight: number, viewport: number) {
    this.count = count
    this.rowHeight = rowHeight
    this.viewport = viewport
  }

  /** Rows that fit, the last one perhaps in part. */
  get visible(): number {
    return Math.ceil(this.viewport / this.rowHeight) + 1
  }

  /** How high the canvas of the scroll bar is. */
  get canvas(): number {
    return Math.min(this.count * this.rowHeight, highest)
  }

  /** The highest row that can be the first one shown, with a fraction. */
  get lastTop(): number {
    return Math.max(0, this.count - this.viewport / this.rowHeight)
  }

  /** The row at the top, with a fraction, where the scroll bar is at `scrolled`. */
  topAt(scrolled: number): number {
    const most = this.canvas - this.viewport
    return most <= 0 ? 0 : clamp((scrolled / most) * this.lastTop, 0, this.lastTop)
  }

  /** Where the scroll bar is with this row at the top. */
  scrolledAt(top: number): number {
    const most = this.canvas - this.viewport
    return this.lastTop === 0 ? 0 : (clamp(top, 0, this.lastTop) / this.lastTop) * Math.max(0, most)
  }
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
