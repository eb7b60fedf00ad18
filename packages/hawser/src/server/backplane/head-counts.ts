import { Buffer } from 'node:buffer'
import type { HeadCount } from '../../connection/server-face.js'
import { BackplaneError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import { rejected } from '../../promises.js'

/** What counting needs of the node. */
export interface HeadCountHost {
  readonly clock: Clock
  /** The other nodes that are there; undefined where that is not known. */
  nodes(): readonly string[] | undefined
  /** The members of topics on this node, each once. */
  count(topics: readonly string[]): number
  /** Bring a question to all nodes. */
  ask(bytes: Uint8Array, failed: (error: Error) => void): void
  /** Bring a reply to one node. */
  reply(to: string, bytes: Uint8Array): void
}

/*
 * What travels between nodes, beside messages:
 *
 *   1 byte    the form of the rest: 2
 *   1 byte    1 a question, 2 a reply
 *   4 bytes   the question's number
 *   the rest  of a question: the topics, as JSON; of a reply: 4 bytes, the members
 */

/** The first byte of what is no message. */
export const countForm = 2
const question = 1
const replyTo = 2
const headSize = 6
/** Questions that may wait at once: a program that asks faster than others reply holds no more. */
const mostAsked = 10_000

/** A question that waits for replies. */
interface Asked {
  readonly replies: Map<string, number>
  settle(): void
}

/** Counts the members of topics on all nodes, and is counted by the others. */
export class HeadCounts {
  readonly #host: HeadCountHost
  readonly #asked = new Map<number, Asked>()
  #last = 0

  constructor(host: HeadCountHost) {
    this.#host = host
  }

  /**
   * Ask all nodes.
   *
   * @param timeout milliseconds
   * @returns rejects with what `ask` fails with
   */
  ask(topics: readonly string[], timeout: number): Promise<HeadCount> {
    if (this.#asked.size >= mostAsked) return rejected(tooManyAsked())
    const number = (this.#last = (this.#last + 1) >>> 0)
    const host = this.#host
    return new Promise((resolve, reject) => {
      const replies = new Map<string, number>()
      const end = (): void => {
        this.#asked.delete(number)
        timer.cancel()
      }
      const finish = (): void => {
        end()
        const others = [...replies.values()].reduce((sum, count) => sum + count, 0)
        const silent = silentOf(host.nodes(), replies)
        resolve({ members: host.count(topics) + others, silent: silent ?? [] })
      }
      const settle = (): void => {
        if (silentOf(host.nodes(), replies)?.length === 0) finish()
      }
      const timer = host.clock.schedule(finish, timeout, true)
      this.#asked.set(number, { replies, settle })
      host.ask(write(question, number, Buffer.from(JSON.stringify(topics))), (error) => {
        end()
        reject(error)
      })
      settle()
    })
  }

  /** @throws Error when it is neither a question nor a reply */
  heard(bytes: Uint8Array, from: string): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (view.length < headSize) throw new Error(`it has ${view.length} bytes, too few`)
    const number = view.readUInt32BE(2)
    if (view[1] === question) {
      const count = Buffer.alloc(4)
      count.writeUInt32BE(this.#host.count(readTopics(view.subarray(headSize))))
      this.#host.reply(from, write(replyTo, number, count))
    } else if (view[1] === replyTo) {
      const asked = this.#asked.get(number)
      // One node has one say, and what comes too late has none.
      if (asked === undefined || asked.replies.has(from)) return
      asked.replies.set(from, view.readUInt32BE(headSize))
      asked.settle()
    } else throw new Error(`it is of the unknown kind ${view[1]}`)
  }
}

function tooManyAsked(): BackplaneError {
  const text = `${mostAsked} counts of members wait for replies, and no more may: await those before`
  return new BackplaneError('HAWSER_BACKPLANE_FULL', text, { op: 'publish' })
}

function silentOf(
  nodes: readonly string[] | undefined,
  replies: ReadonlyMap<string, number>,
): readonly string[] | undefined {
  return nodes?.filter((node) => !replies.has(node))
}

function write(kind: number, number: number, rest: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(headSize + rest.length)
  bytes[0] = countForm
  bytes[1] = kind
  bytes.writeUInt32BE(number, 2)
  bytes.set(rest, headSize)
  return bytes
}

function readTopics(bytes: Buffer): readonly string[] {
  const topics: unknown = JSON.parse(bytes.toString())
  if (Array.isArray(topics) && topics.every((each) => typeof each === 'string')) return topics
  throw new Error('it asks about no topics')
}
