import type { Definition } from '../../protocol/definition.js'

/** What the event `open` of each connection of a session says: also by which framing its bytes are messages. */
export function logDetails(
  id: number,
  definition: Definition,
): Readonly<Record<string, string | number>> {
  const { kind, name } = definition
  if (kind === 'file' || kind === 'replay' || kind === 'program') return { session: id, name }
  const { framing = 'raw', maxFrame } = definition
  return { session: id, name, framing, ...(maxFrame === undefined ? {} : { maxFrame }) }
}
