import type { HawserError } from '../../errors.js'
import { setMaxListeners } from 'node:events'
import { setImmediate } from 'node:timers'
import type { CloseInfo } from '../../connection/end/close-info.js'
import type { CloseResult } from '../../connection/server-face.js'
import { Deadlines } from '../../policy/deadlines.js'
import { Backoff } from '../../policy/backoff.js'
import type { ClockTimer } from '../../policy/clock.js'
import { endedError, invalidError, isPermanent } from './pool-errors.js'
import { PoolMember } from './pool-member.js'
import type { PoolSettings } from './pool-settings.js'

/** Who connections are wanted for. */
export interface SupplyOwner<In, Out> {
  /** How many callers wait. */
  readonly demand: number
  /** Hand it to the one who has waited the longest. */
  give(member: PoolMember<In, Out>): void
  /** No connection can be made, and waiting does not help. */
  giveUp(error: Error): void
}

/** Makes the connections of a pool, keeps those that are idle, and lets go of them in time. */
export class PoolSupply<In, Out> {
  /** Connections made since the beginning. */
  created = 0
  /** Why the last try failed. */
  lastError: HawserError | undefined
  /** Why no later try would do better; until the next one. */
  hopeless: Error | undefined
  readonly #settings: PoolSettings<In, Out>
  readonly #owner: SupplyOwner<In, Out>
  readonly #backoff: Backoff
  readonly #evictions: Deadlines
  readonly #stopping = new AbortController()
  readonly #members = new Set<PoolMember<In, Out>>()
  readonly #leased = new Set<PoolMember<In, Out>>()
  /** The idle ones, the longest unused first. The last is the first to be lent again. */
  readonly #idle: PoolMember<In, Out>[] = []
  #connecting = 0
  #checking = 0
  /** Leases that were cut off. */
  #forced = 0
  #retry: ClockTimer | undefined
  #changed: (() => void) | undefined

  constructor(settings: PoolSettings<In, Out>, owner: SupplyOwner<In, Out>) {
    const { clock, backoff, random } = settings
    this.#settings = settings
    this.#owner = owner
    this.#backoff = new Backoff(backoff, random)
    // Every connection that is being made listens: with more than ten that is no leak.
    setMaxListeners(0, this.#stopping.signal)
    this.#evictions = new Deadlines(clock, () => this.#evict())
  }

  get counts(): { size: number; idle: number; leased: number; connecting: number } {
    return {
      size: this.#members.size,
      idle: this.#idle.length,
      leased: this.#leased.size,
      connecting: this.#connecting,
    }
  }

  /** See to it that those who wait get something, and that `min` connections are there. */
  fill(): void {
    const { min } = this.#settings
    while (!this.#isStopped && this.#owner.demand > this.#checking + this.#connecting) {
      const member = this.#idle.pop()
      if (member !== undefined) void this.#check(member)
      else if (this.#mayConnect) void this.#connect()
      else break
    }
    while (this.#members.size + this.#connecting < min && this.#mayConnect) void this.#connect()
  }

  /** A lease was given back. */
  released(member: PoolMember<In, Out>, isGood: boolean): void {
    this.#leased.delete(member)
    const isKept = member.reclaim(isGood)
    // The server talks to us again.
    if (isKept || member.connection.bytesRead > 0) this.#backoff.reset()
    if (isKept) this.#keep(member)
    this.#settle()
  }

  /**
   * Make no more, and let go of all.
   *
   * @returns fulfils when all are gone, with how many leases were given back and how many cut off
   */
  async stop(): Promise<CloseResult> {
    this.#stopping.abort()
    this.#retry?.cancel()
    this.#evictions.cancel()
    const lent = this.#leased.size
    const idle = new Set(this.#idle.splice(0))
    for (const member of this.#members) {
      if (idle.has(member)) member.end()
      else if (!this.#leased.has(member)) member.reset()
    }
    while (this.#members.size + this.#connecting + this.#checking > 0) await this.#change()
    return { drained: lent - this.#forced, forced: this.#forced }
  }

  /** Let go of all at once. */
  force(error: Error | undefined): void {
    this.#forced = this.#leased.size
    for (const member of this.#members) member.letGo(error)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  /** While tries fail there is one at a time, and none during the backoff. */
  get #mayConnect(): boolean {
    if (this.#isStopped || this.#retry !== undefined) return false
    if (this.#backoff.failures > 0 && this.#connecting > 0) return false
    return this.#members.size + this.#connecting < this.#settings.max
  }

  async #connect(): Promise<void> {
    this.#connecting += 1
    let member: PoolMember<In, Out> | undefined
    let failure: HawserError | undefined
    try {
      member = await PoolMember.open(this.#settings, this.#stopping.signal)
    } catch (error) {
      failure = error as HawserError
    }
    this.#connecting -= 1
    if (member === undefined) this.#failed(failure as HawserError, 0)
    else {
      const made = member
      this.#members.add(made)
      this.created += 1
      void made.connection.closed.then((info) => this.#closed(made, info))
      failure = await this.#prove(made)
      if (failure === undefined) this.lastError = undefined
      else this.#failed(failure, 0)
    }
    this.#settle()
  }

  /** See whether a connection that was idle is still good. */
  async #check(member: PoolMember<In, Out>): Promise<void> {
    this.#checking += 1
    await askTheSystem()
    this.#checking -= 1
    await this.#prove(member)
    this.#settle()
  }

  /** @returns why it was reset, and not offered to a caller */
  async #prove(member: PoolMember<In, Out>): Promise<HawserError | undefined> {
    this.#checking += 1
    let failure: HawserError | undefined
    try {
      if (member.isUsable) await member.validate()
    } catch (error) {
      failure = error as HawserError
    }
    this.#checking -= 1
    if (failure === undefined && member.isUsable) this.#offer(member)
    else {
      failure ??= invalidError('something was left on the connection', member.connection)
      member.reset()
    }
    return failure
  }

  #settle(): void {
    this.fill()
    this.#changed?.()
  }

  /** To the first caller that waits, or to the idle ones. */
  #offer(member: PoolMember<In, Out>): void {
    if (this.#isStopped) member.end()
    else if (member.expiresAt <= this.#settings.clock.now()) member.end()
    else if (this.#owner.demand === 0) this.#rest(member)
    else {
      member.hasServed = true
      this.#leased.add(member)
      this.#owner.give(member)
    }
  }

  /** It was given back, and is fit to be lent again. */
  #keep(member: PoolMember<In, Out>): void {
    if (this.#settings.options.validate === undefined || this.#isStopped) this.#offer(member)
    else this.#rest(member)
  }

  #rest(member: PoolMember<In, Out>): void {
    this.#idle.push(member)
    const { clock, maxIdleTime } = this.#settings
    this.#evictions.expect(Math.min(member.expiresAt, member.idleSince + maxIdleTime), clock.now())
  }

  #evict(): void {
    const { clock, maxIdleTime, min } = this.#settings
    const now = clock.now()
    let size = 0
    for (const member of this.#members) if (member.connection.phase === 'open') size += 1
    let next = Infinity
    for (const member of [...this.#idle]) {
      const isSpare = size > min
      const due = Math.min(member.expiresAt, isSpare ? member.idleSince + maxIdleTime : Infinity)
      if (due > now) next = Math.min(next, due)
      else {
        this.#idle.splice(this.#idle.indexOf(member), 1)
        member.end()
        size -= 1
      }
    }
    this.#evictions.expect(next, now)
  }

  #closed(member: PoolMember<In, Out>, info: CloseInfo): void {
    this.#members.delete(member)
    this.#leased.delete(member)
    const index = this.#idle.indexOf(member)
    if (index !== -1) this.#idle.splice(index, 1)
    // One that was good for nothing, so that the next will hardly do better.
    if (info.by !== 'local' && (!member.hasServed || info.bytesRead === 0)) {
      const worked = this.#settings.clock.now() - member.since
      this.#failed(endedError(info, member.connection), worked)
    }
    this.#settle()
  }

  #failed(error: HawserError, worked: number): void {
    if (this.#isStopped) return
    this.lastError = error
    // Those that failed together are one failure.
    if (this.#retry === undefined) {
      const retry = (): void => {
        this.#retry = undefined
        this.hopeless = undefined
        this.fill()
      }
      const wait = this.#backoff.failed(worked)
      this.#retry = this.#settings.clock.schedule(retry, wait, false)
    }
    if (!isPermanent(error)) return
    this.hopeless = error
    this.#owner.giveUp(error)
  }

  /** Fulfils at the next change of what there is. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve
    })
  }
}

/**
 * Notice what has arrived, an end or a reset for instance: after a long computation all connections look
 * alive. Between two immediates the runtime polls; before the first it may just have done so.
 */
function askTheSystem(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
}
