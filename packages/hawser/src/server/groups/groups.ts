import { Buffer } from 'node:buffer'
import type { Member, Memberships } from '../../connection/memberships.js'
import type { Topics } from '../../connection/face.js'
import { type HawserError, StateError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import { deliver } from './broadcast.js'
import type { BroadcastOptions, CountOptions, HeadCount } from '../../connection/server-face.js'
import { invalid } from '../../options/invalid.js'
import { Uplink, type UplinkOptions } from '../backplane/uplink.js'
import { assertTopic } from './topic-name.js'

/** How a server keeps its groups; every default filled in. */
export interface GroupSettings<Out> {
  readonly maxTopics: number
  readonly clock: Clock
  /** Undefined is none. */
  readonly uplink: UplinkOptions<Out> | undefined
}

/** Whose groups they are. */
export interface GroupsOwner<In, Out> {
  /** All open connections. */
  readonly engines: ReadonlySet<Member<In, Out>>
  failed(error: HawserError): void
  /** The link to the other nodes is lost, or is there again. */
  linked(): void
}

/** Milliseconds that other nodes have to reply by default. */
const defaultCountTimeout = 1_000

interface Topic<In, Out> {
  readonly name: string
  readonly members: Set<Member<In, Out>>
}

/**
 * Who is a member of which topic. Nothing is kept for a connection that never joined one, nor for a
 * topic without members.
 */
export class Groups<In, Out> implements Memberships<In, Out> {
  /** Messages that members did not get because they read too slowly. */
  skipped = 0
  readonly uplink: Uplink<Out> | undefined
  readonly #topics = new Map<string, Topic<In, Out>>()
  /** Names, not topics, because those of a closed connection can still be asked for. */
  readonly #joined = new WeakMap<Member<In, Out>, Set<string>>()
  readonly #maxTopics: number
  readonly #owner: GroupsOwner<In, Out>

  constructor(settings: GroupSettings<Out>, owner: GroupsOwner<In, Out>) {
    this.#maxTopics = settings.maxTopics
    this.#owner = owner
    this.uplink =
      settings.uplink &&
      new Uplink(settings.uplink, settings.clock, {
        isWanted: (topic) => this.#topics.has(topic),
        received: (topics, message, options) => void this.#deliver(topics, message, options),
        count: (topics) => this.membersOf(topics).size,
        failed: (error) => owner.failed(error),
        changed: () => owner.linked(),
      })
  }

  /** How many topics have members. */
  get size(): number {
    return this.#topics.size
  }

  join(member: Member<In, Out>, name: string): boolean {
    assertTopic(name)
    if (member.isClosed) return false
    const mine = this.#joined.get(member)
    if (mine?.has(name) === true) return true
    if ((mine?.size ?? 0) >= this.#maxTopics) {
      throw new StateError(
        'HAWSER_TOO_MANY_TOPICS',
        `the connection is in ${this.#maxTopics} topics and may be in no more: leave one first, or raise maxTopics`,
        { op: 'join', ...member.details },
      )
    }
    const topic = this.#topics.get(name) ?? this.#open(name)
    topic.members.add(member)
    if (mine === undefined) this.#joined.set(member, new Set([topic.name]))
    else mine.add(topic.name)
    return true
  }

  leave(member: Member<In, Out>, name: string): boolean {
    if (member.isClosed || this.#joined.get(member)?.delete(name) !== true) return false
    this.#remove(member, name)
    return true
  }

  topicsOf(member: Member<In, Out>): Topics {
    const joined = this.#joined
    return {
      get size() {
        return joined.get(member)?.size ?? 0
      },
      has: (name) => joined.get(member)?.has(name) === true,
      *[Symbol.iterator]() {
        yield* joined.get(member) ?? []
      },
    }
  }

  /** The connection is gone. */
  closed(member: Member<In, Out>): void {
    for (const name of this.#joined.get(member) ?? []) this.#remove(member, name)
  }

  /** The members of one topic or several on this node, each once; without topics, everybody. */
  membersOf(names: readonly string[] | undefined): ReadonlySet<Member<In, Out>> {
    if (names === undefined) return this.#owner.engines
    const [name] = names
    if (name !== undefined && names.length === 1) {
      return this.#topics.get(name)?.members ?? new Set()
    }
    const members = new Set<Member<In, Out>>()
    for (const each of names) {
      for (const member of this.#topics.get(each)?.members ?? []) members.add(member)
    }
    return members
  }

  /**
   * Send to the members of topics, on this node and on others; without topics, to everybody.
   *
   * @returns how many connections of this node took it
   */
  send<Data>(
    names: readonly string[] | undefined,
    message: Out,
    options: BroadcastOptions<In, Out, Data>,
  ): number {
    const taken = this.#deliver(names, message, options)
    // A filter cannot travel, and without it some would get what is not for them.
    if (options.local !== true && options.filter === undefined) {
      this.uplink?.publish(names, message, options.overflow ?? 'reset')
    }
    return taken
  }

  /** How many members topics have on all nodes. */
  async count(
    names: readonly string[],
    { timeout = defaultCountTimeout }: CountOptions,
  ): Promise<HeadCount> {
    if (!(timeout >= 1 && timeout < Infinity)) {
      throw invalid('timeout', `is ${String(timeout)}: it takes milliseconds, 1 or more`)
    }
    const { uplink } = this
    return uplink?.count(names, timeout) ?? { members: this.membersOf(names).size, silent: [] }
  }

  #deliver<Data>(
    names: readonly string[] | undefined,
    message: Out,
    options: BroadcastOptions<In, Out, Data>,
  ): number {
    const { taken, skipped } = deliver(this.membersOf(names), message, options)
    this.skipped += skipped
    return taken
  }

  #open(name: string): Topic<In, Out> {
    // A copy: a name that was cut out of a message would keep all of that message.
    const topic: Topic<In, Out> = { name: Buffer.from(name).toString(), members: new Set() }
    this.#topics.set(topic.name, topic)
    this.uplink?.subscribe(topic.name)
    return topic
  }

  #remove(member: Member<In, Out>, name: string): void {
    const members = this.#topics.get(name)?.members
    members?.delete(member)
    if (members?.size !== 0) return
    this.#topics.delete(name)
    this.uplink?.unsubscribe(name)
  }
}
