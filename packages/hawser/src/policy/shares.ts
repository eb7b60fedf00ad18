/** What one holder of a shared limit hears. */
export interface SharesOwner<Holder> {
  /** It may use so many more. */
  granted(holder: Holder, count: number): void
  /** Others need some: it should give back what it can spare, and go on doing so until told otherwise. */
  scarce(holder: Holder, isScarce: boolean): void
  /** Whether it will go on to use what it is given: one that leaves does not. */
  stays(holder: Holder): boolean
}

/**
 * A limit that several hold together, each its share. All shares together never exceed the limit,
 * and one holder can get what another does not need. What no holder has asked for is shared out as
 * well, so that the shares add up to the limit; only the shares of holders still to come are kept.
 */
export class Shares<Holder> {
  readonly #owner: SharesOwner<Holder>
  readonly #held = new Map<Holder, number>()
  /** How many each waiting holder asked for, in the order in which they asked. */
  readonly #hungry = new Map<Holder, number>()
  readonly #expected: number
  #total: number
  #free: number
  #isScarce = false

  /** @param expected how many holders there are to be */
  constructor(total: number, expected: number, owner: SharesOwner<Holder>) {
    this.#total = total
    this.#free = total
    this.#expected = expected
    this.#owner = owner
  }

  /** The limit, and how much of it is free. */
  get state(): { readonly total: number; readonly free: number } {
    return { total: this.#total, free: this.#free }
  }

  /** Whether it ever asked, and is not gone. */
  has(holder: Holder): boolean {
    return this.#held.has(holder)
  }

  /** How many it may use. */
  heldBy(holder: Holder): number {
    return this.#held.get(holder) ?? 0
  }

  /** It could use so many more. It gets them when they are there, at once or later. */
  want(holder: Holder, count: number): void {
    if (!this.#held.has(holder)) this.#held.set(holder, 0)
    if (this.#isScarce && !this.#hungry.has(holder)) this.#owner.scarce(holder, false)
    this.#hungry.set(holder, count)
    this.#serve()
  }

  /** It can spare so many. */
  giveBack(holder: Holder, count: number): void {
    const held = this.heldBy(holder)
    const given = Math.min(held, Math.max(0, count))
    this.#held.set(holder, held - given)
    this.#free += given
    this.#serve()
  }

  /** It is gone: all it held is free. */
  gone(holder: Holder): void {
    this.#hungry.delete(holder)
    this.#free += this.heldBy(holder)
    this.#held.delete(holder)
    this.#serve()
  }

  /** Another limit holds from now on; a smaller one as soon as enough was given back. */
  resize(total: number): void {
    this.#free += total - this.#total
    this.#total = total
    this.#serve()
  }

  #serve(): void {
    for (const [holder, wanted] of this.#hungry) {
      const count = Math.min(wanted, this.#free)
      if (count <= 0) break
      if (count === wanted) this.#hungry.delete(holder)
      else this.#hungry.set(holder, wanted - count)
      this.#grant(holder, count)
    }
    if (this.#hungry.size === 0) this.#handOut()
    const isScarce = this.#hungry.size > 0 || this.#free < 0
    if (!isScarce && !this.#isScarce) return
    this.#isScarce = isScarce
    // Said again with each request: what a holder could not spare before, it may spare now.
    for (const holder of this.#held.keys()) {
      if (!this.#hungry.has(holder)) this.#owner.scarce(holder, isScarce)
    }
  }
  /** What is free goes to the holders that stay, the smallest share first, so that shares become equal. */
  #handOut(): void {
    const staying = [...this.#held.keys()].filter((holder) => this.#owner.stays(holder))
    const toCome = Math.max(0, this.#expected - staying.length)
    const kept = toCome * Math.ceil(this.#total / this.#expected)
    let spare = Math.max(0, this.#free - kept)
    let rest = staying.reduce((sum, holder) => sum + this.heldBy(holder), 0)
    staying.sort((one, other) => this.heldBy(one) - this.heldBy(other))
    for (const [index, holder] of staying.entries()) {
      const held = this.heldBy(holder)
      const level = Math.ceil((rest + spare) / (staying.length - index))
      const count = Math.min(spare, level - held)
      rest -= held
      if (count <= 0) continue
      spare -= count
      this.#grant(holder, count)
    }
  }

  #grant(holder: Holder, count: number): void {
    this.#free -= count
    this.#held.set(holder, this.heldBy(holder) + count)
    this.#owner.granted(holder, count)
  }
}
