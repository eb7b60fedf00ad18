import type { ServerEvent } from '../../output/events.js'
import { compareInTime } from '../../wire/compare-in-time.js'
import { Matches } from '../../wire/matches.js'

type Tell = (event: ServerEvent) => void

interface Held {
  /** How it began, until a message of it is shown. */
  opened: ServerEvent | undefined
  readonly positions: { in: number; out: number }
}

/**
 * Shows the messages in which a match ends, however it was cut, and the beginning and the end of their connections. Of
 * the others nothing is shown. An expression that takes a second for a message is not asked again, and no further
 * message is shown: it would hold up all that comes.
 */
export function grepEvents(tell: Tell, expression: RegExp): Tell {
  const matches = new Matches(expression)
  const connections = new Map<number, Held>()
  let isOff = false
  return (event) => {
    if (event.event === 'opened') {
      connections.set(event.id, { opened: event, positions: { in: 0, out: 0 } })
      return
    }
    const id = 'id' in event ? event.id : undefined
    if (id === undefined) {
      tell(event)
      return
    }
    const held = connections.get(id)
    if (held === undefined) return
    if (event.event === 'message') {
      if (!matchesIn(event, id, held)) return
      if (held.opened !== undefined) tell(held.opened)
      held.opened = undefined
      tell(event)
    } else if (held.opened === undefined) tell(event)
    if (event.event === 'closed') {
      connections.delete(id)
      for (const direction of ['in', 'out']) matches.forget(`${id} ${direction}`)
    }
  }

  function matchesIn(event: ServerEvent & { event: 'message' }, id: number, held: Held): boolean {
    const direction = event.direction === 'in' ? 'in' : 'out'
    const position = held.positions[direction]
    held.positions[direction] = (position + event.bytes.length) >>> 0
    if (isOff) return false
    try {
      return compareInTime('--grep', () =>
        matches.endIn(`${id} ${direction}`, position, event.bytes),
      )
    } catch (error) {
      isOff = true
      tell({ event: 'notice', text: `no further message is shown: ${(error as Error).message}` })
      return false
    }
  }
}
