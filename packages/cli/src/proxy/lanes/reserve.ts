/** The memory that the faults of all connections hold together. */
export class Reserve {
  /** Bytes. */
  held = 0
  readonly #limit: number

  /** @param limit bytes above which lanes that hold more than their share are not fed any more */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isUsedUp(): boolean {
    return this.held > this.#limit
  }
}
