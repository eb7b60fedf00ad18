import { createMasker, type Masker, type MaskRule } from 'hawser/log'
import type { MessageEvent, ServerEvent } from '../output/events.js'

type Tell = (event: ServerEvent) => void

/**
 * Shows events with their secrets masked. A message is looked at by itself: it is whole. What each read of a stream
 * brought is not, so what may be the beginning of a secret waits for what follows it.
 *
 * @param isStream whether messages are pieces of a stream
 */
export function maskEvents(tell: Tell, rules: readonly MaskRule[], isStream: boolean): Tell {
  const streams = new Map<number, Masker<MessageEvent>>()
  const streamOf = (id: number): Masker<MessageEvent> => {
    const known = streams.get(id)
    if (known !== undefined) return known
    const made = createMasker<MessageEvent>(rules)
    streams.set(id, made)
    return made
  }
  return (event) => {
    if (event.event === 'message') {
      const isPiece = isStream && event.id !== undefined
      const masker = isPiece ? streamOf(event.id) : createMasker<MessageEvent>(rules)
      const direction = event.direction === 'in' ? 'in' : 'out'
      const rows = masker.add(direction, event.bytes, event)
      for (const { row, bytes } of isPiece ? rows : [...rows, ...masker.end('whole')]) {
        tell({ ...row, bytes })
      }
      return
    }
    if (event.event === 'closed') {
      for (const { row, bytes } of streams.get(event.id)?.end() ?? []) tell({ ...row, bytes })
      streams.delete(event.id)
    }
    tell(withoutQuotes(event))
  }
}

/** What a framing says of bytes that do not fit it may quote them, and cut a secret so that no mask knows it. */
function withoutQuotes(event: ServerEvent): ServerEvent {
  if (event.event === 'closed') {
    if (!('error' in event)) return event
    const { error: _error, ...rest } = event
    return rest
  }
  if (event.event !== 'error' || event.id === undefined) return event
  return { ...event, message: `${event.code}: what it says is left out, for --mask` }
}
