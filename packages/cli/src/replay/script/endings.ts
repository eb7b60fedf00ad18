import type { Ending } from '../step.js'
import type { RecordedEvent, Speaker } from './recorded.js'

/** Who ended, and how. */
export interface End {
  readonly by: Speaker
  readonly how: Ending
}

/** What the events of one connection say about its end. */
export class Endings {
  readonly #isOfClient: boolean
  readonly #ended = new Set<Speaker>()

  constructor(isOfClient: boolean) {
    this.#isOfClient = isOfClient
  }

  /**
   * The ends that an event adds: `end` with the direction that ended, `close` with a reason and who it was.
   *
   * @returns in their order
   */
  of(event: RecordedEvent): End[] {
    const by = this.#whoOf(event)
    if (by === undefined) return []
    if (event.event === 'end') return this.#end(by)
    if (event.event !== 'close') return []
    if (event['reason'] === 'reset') return [{ by, how: 'reset' }]
    if (event['reason'] !== 'ended') return []
    return [...this.#end(by), ...this.#end(by === 'client' ? 'server' : 'client')]
  }

  #end(by: Speaker): End[] {
    if (this.#ended.has(by)) return []
    this.#ended.add(by)
    return [{ by, how: 'end' }]
  }

  #whoOf({ by, direction }: RecordedEvent): Speaker | undefined {
    const [local, remote]: Speaker[] = this.#isOfClient
      ? ['client', 'server']
      : ['server', 'client']
    switch (by ?? direction) {
      case 'client':
        return 'client'
      case 'server':
      case 'target':
        return 'server'
      case 'in':
      case 'remote':
        return remote
      case 'out':
      case 'local':
        return local
      default:
        return undefined
    }
  }
}
