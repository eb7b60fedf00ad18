import type { LentServer } from '@hawser/workbench'
import type { Connection } from 'hawser'

type Actable = Pick<Connection, 'pause' | 'resume' | 'end' | 'close' | 'reset'>

/** What a user does to connections in the page. */
export class ByHand {
  readonly #paused = new WeakSet<object>()

  /** Whether it reads nothing because the user wants so. */
  isPaused(connection: Actable): boolean {
    return this.#paused.has(connection)
  }

  act(connection: Actable, act: Parameters<LentServer['act']>[1]): void {
    switch (act) {
      case 'pause':
        connection.pause()
        this.#paused.add(connection)
        break
      case 'resume':
        connection.resume()
        this.#paused.delete(connection)
        break
      case 'end':
        connection.end().catch(() => undefined)
        break
      case 'close':
        void connection.close({ reason: 'by-hand' })
        break
      case 'reset':
        connection.reset({ reason: 'by-hand' })
        break
    }
  }
}
