import type { World } from 'hawser/simulate'

/** Numbers what is sent on a channel, and sees that it is heard in order, once, and without a gap. */
export class Ledger {
  readonly #world: World
  readonly #heard = new Map<string, number>()
  readonly #sent = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  /** The number of the next message. */
  send(channel: string): number {
    const number = this.sent(channel)
    this.#sent.set(channel, number + 1)
    return number
  }

  /** Messages sent so far. */
  sent(channel: string): number {
    return this.#sent.get(channel) ?? 0
  }

  /** Messages heard so far. */
  heard(channel: string): number {
    return this.#heard.get(channel) ?? 0
  }

  /** The message with this number is heard. */
  hear(channel: string, number: number): void {
    const next = this.heard(channel)
    this.#world.must(number === next, `${channel} heard message ${number}, and ${next} was next`)
    this.#heard.set(channel, number + 1)
  }

  /** Nothing was heard that was not sent; where nothing went wrong, all of it was heard. */
  settle(channel: string, isWhole: boolean): void {
    const [sent, heard] = [this.sent(channel), this.heard(channel)]
    this.#world.must(heard <= sent, `${channel} heard ${heard} messages, and ${sent} were sent`)
    this.#world.must(
      !isWhole || heard === sent,
      `${channel} ended in order and heard ${heard} of ${sent} messages`,
    )
  }
}
