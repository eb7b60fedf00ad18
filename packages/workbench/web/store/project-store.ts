import { signal } from '@preact/signals'
import type { ProjectSession, ProjectState } from '../../src/protocol/project.js'
import type { Backend } from '../backend/backend.js'

/** Does something, and says why it was refused: in a notice, where it is not said otherwise. */
type Try = <Value>(
  act: () => Promise<Value>,
  refused?: (why: string) => void,
) => Promise<Value | undefined>

/** The folder that is open, if one is. */
export class ProjectStore {
  readonly state = signal<ProjectState | undefined>(undefined)
  readonly #backend: Backend
  readonly #try: Try

  constructor(backend: Backend, attempt: Try) {
    this.#backend = backend
    this.#try = attempt
  }

  /** The file of a session; undefined when it has none. */
  fileOf(session: number): ProjectSession | undefined {
    return this.state.value?.sessions.find((each) => each.session === session)
  }

  /** @returns the file; undefined when it was refused */
  async save(session: number): Promise<string | undefined> {
    return (await this.#try(() => this.#backend.ask('save', { session })))?.file
  }

  /** Read all files again. */
  read(): Promise<unknown> {
    return this.#try(() => this.#backend.ask('read-project', {}))
  }

  startAll(): Promise<unknown> {
    return this.#try(() => this.#backend.ask('start-all', {}))
  }

  /**
   * @param hash that of the code which was shown
   * @returns whether it is trusted now
   */
  async trust(hash: string, refused: (why: string) => void): Promise<boolean> {
    const reply = await this.#try(() => this.#backend.ask('trust', { hash }), refused)
    return reply !== undefined
  }

  /** Scripts of the folder that run are ended by it. */
  untrust(): Promise<unknown> {
    return this.#try(() => this.#backend.ask('untrust', {}))
  }

  /** @returns whether it was taken */
  async setScript(session: number, script: string | undefined): Promise<boolean> {
    const more = script === undefined ? {} : { script }
    const reply = await this.#try(() => this.#backend.ask('script', { session, ...more }))
    return reply !== undefined
  }
}
