import { valueOf } from '../../callbacks.js'
import type { Member } from '../../connection/memberships.js'
import { noteFanOut } from '../../connection/work.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import type { Framing } from '../../framing/framing.js'
import type { BroadcastOptions, ServerConnection } from '../../connection/server-face.js'

/** The names of the options in {@link BroadcastOptions}. */
const broadcastNames: NamesOf<BroadcastOptions<unknown, unknown>> = {
  except: true,
  filter: true,
  overflow: true,
  local: true,
}

/** What became of one message for many connections. */
export interface Delivery {
  /** How many took it. */
  taken: number
  /** How many were above their high-water mark and were passed over. */
  skipped: number
}

/**
 * Send one message on many connections, encoded once for each framing among them; where the framing
 * is `perConnection`, once for each connection.
 */
export function deliver<In, Out, Data>(
  members: Iterable<Member<In, Out>>,
  message: Out,
  options: BroadcastOptions<In, Out, Data>,
): Delivery {
  checkOptions(options, broadcastNames)
  const { except, filter, overflow = 'reset' } = options
  if (overflow !== 'reset' && overflow !== 'skip') {
    throw invalid('overflow', `is ${JSON.stringify(overflow)}: it takes 'reset' or 'skip'`)
  }
  const excluded =
    except === undefined ? undefined : new Set<unknown>(isMany(except) ? except : [except])
  const frames = new Map<Framing<In, Out>, Uint8Array>()
  const delivery: Delivery = { taken: 0, skipped: 0 }
  for (const member of members) {
    const connection = member.connection as ServerConnection<In, Out, Data>
    if (excluded?.has(connection) === true) continue
    const wanted = filter === undefined ? undefined : valueOf('filter', filter(connection))
    if (wanted === false) continue
    // One that is being reset refuses nothing yet, and nothing of this would leave.
    if (member.refuses || member.error !== undefined) continue
    if (overflow === 'skip' && member.isCongested) delivery.skipped += 1
    else if (send(member, message, frames)) delivery.taken += 1
  }
  noteFanOut(delivery.taken)
  return delivery
}

function send<In, Out>(
  member: Member<In, Out>,
  message: Out,
  frames: Map<Framing<In, Out>, Uint8Array>,
): boolean {
  const { framing } = member
  let frame = frames.get(framing)
  if (frame === undefined) {
    frame = member.encode(message)
    if (framing.perConnection !== true) frames.set(framing, frame)
  }
  return member.share(frame, message)
}

function isMany<Item>(value: Item | Iterable<Item>): value is Iterable<Item> {
  return typeof (value as Partial<Iterable<Item>>)[Symbol.iterator] === 'function'
}
