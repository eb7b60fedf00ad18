import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { Filter, Pattern } from '../../src/protocol/filter.js'
import type { Definition } from '../../src/protocol/definition.js'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import type { ExportForm } from '../../src/protocol/export-form.js'
import type { Push } from '../../src/protocol/replies.js'
import type { SessionState } from '../../src/protocol/session-state.js'
import type { Backend, BackendState } from '../backend/backend.js'
import { Composer } from './composer.js'
import { exportView, exportWhole } from './log-views.js'
import { Notices } from './notices.js'
import { Connections } from './connections/connections.js'
import { ProjectStore } from './project-store.js'
import { Remarks } from './remarks.js'
import { RunsStore } from './runs-store.js'
import { type Refused, SessionActs } from './session-acts.js'
import type { Settings } from './settings.js'
import { SheetStore } from './sheet-store.js'

/** What is beside the sheet. */
export type Tab = 'details' | 'connections' | 'marks' | 'saved' | 'faults' | 'rules'

/** What is asked in a dialog. */
export interface OpenDialog {
  readonly name: 'start' | 'change' | 'remove' | 'keys' | 'trust'
  /** The session that it is about, whichever is shown when it is answered. */
  readonly session?: number | undefined
}

/** Milliseconds between two looks at the connections of the session that is shown. */
const connectionsInterval = 500

/** Everything that the page shows, and what one can do. What fails is said in a notice. */
export class Store {
  readonly settings: Settings
  readonly notices = new Notices()
  readonly sheet: SheetStore
  readonly project: ProjectStore
  readonly state = signal<BackendState>('connecting')
  readonly lockedWhy = signal('')
  readonly version = signal('')
  /** Whether programs may be run, and processes watched. */
  readonly mayRun = signal(false)
  readonly sessions = signal<readonly SessionState[]>([])
  /** The session that is shown; undefined is all of them. */
  readonly shown = signal<number | undefined>(undefined)
  readonly session: ReadonlySignal<SessionState | undefined> = computed(() =>
    this.sessions.value.find(({ id }) => id === this.shown.value),
  )
  readonly connections: Connections
  /** Connections that the composer speaks to; none chosen is all of them. */
  readonly chosen = signal<ReadonlySet<number>>(new Set())
  /** Whether the sheet shows hex. */
  readonly isHex = signal(false)
  /** Whether the filter leaves out more than the other sessions. */
  readonly isNarrowed: ReadonlySignal<boolean> = computed(() =>
    Object.keys(this.sheet.filter.value).some((name) => name !== 'session'),
  )
  readonly dialog = signal<OpenDialog | undefined>(undefined)
  readonly acts: SessionActs
  readonly runs: RunsStore
  readonly composer: Composer
  readonly tab = signal<Tab>('details')
  readonly remarks: Remarks
  readonly #backend: Backend
  /** Counts the sessions that were chosen to be shown. */
  #choices = 0

  constructor(backend: Backend, settings: Settings) {
    this.#backend = backend
    this.settings = settings
    this.sheet = new SheetStore(backend)
    this.connections = new Connections(backend, this)
    this.composer = new Composer(this.sheet.encoding)
    this.project = new ProjectStore(backend, (act, refused) => this.#try(act, refused))
    this.acts = new SessionActs((act, refused) => this.#try(() => act(backend), refused), {
      look: () => this.connections.open.look(),
      refresh: () => this.#refresh(),
    })
    const refused = (why: string): void => this.notices.say('error', why)
    this.remarks = new Remarks(backend, this, refused)
    this.runs = new RunsStore(backend, refused)
    this.sheet.onWhole = () => this.#showWhole()
    backend.onPush = (push) => this.#take(push)
    backend.onState = (state) => {
      this.state.value = state
      if (state === 'open') void this.#begin()
    }
    backend.onRefusal = (why) => this.notices.say('warning', why)
    backend.onLock = (why) => this.lock(why)
    effect(() => {
      this.sheet.readAs(
        settings.encodings.value[this.session.value?.definition.name ?? ''] ?? 'utf-8',
      )
    })
    setInterval(() => void this.connections.open.look(), connectionsInterval)
  }

  /** Nothing is shown until the browser is let in by a link. */
  lock(why: string): void {
    batch(() => {
      this.lockedWhy.value = why
      this.state.value = 'locked'
    })
  }

  /** Read the text of the session that is shown by another encoding, now and later. */
  readAs(encoding: Encoding): void {
    const name = this.session.value?.definition.name ?? ''
    const { [name]: _, ...others } = this.settings.encodings.value
    this.settings.encodings.value = { ...others, [name]: encoding }
  }

  /** Show one session, or all. */
  show(session: number | undefined): void {
    this.#choices += 1
    this.#show(session)
  }

  #show(session: number | undefined): void {
    batch(() => {
      this.shown.value = session
      this.chosen.value = new Set()
      this.connections.open.clear()
    })
    const state = this.session.value
    const isFile = state?.definition.kind === 'file'
    const filter = session === undefined || isFile ? {} : { session }
    this.sheet.isFollowing.value = true
    void this.#try(() => this.sheet.show(filter, state?.log ?? 0))
    void this.connections.open.look()
  }

  /** Leave out more, or other rows; what is undefined is no matter. One stays at the row that is looked at. */
  filterBy(more: { readonly [Name in keyof Filter]?: Filter[Name] | undefined }): void {
    const all = Object.entries({ ...this.sheet.filter.value, ...more })
    const filter = Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Filter
    void this.#try(() => this.sheet.show(filter, undefined, this.sheet.selected.value))
  }

  /** Show all rows of the session again, and stay at the row that is looked at. */
  dropFilter(): void {
    const { session } = this.sheet.filter.value
    const filter = session === undefined ? {} : { session }
    void this.#try(() => this.sheet.show(filter, undefined, this.sheet.selected.value))
  }

  /** @returns the next place with these bytes, in the end from the other end; undefined when there is none, or it was refused */
  find(pattern: Pattern, from: number, backwards: boolean): Promise<number | undefined> {
    return this.#try(async () => {
      // Behind the last one comes the first: one who follows is at the end, and looks for what was said before.
      const otherEnd = backwards ? this.sheet.size.value : 0
      const find = (at: number) => this.sheet.find(pattern, at, backwards)
      return (await find(from)) ?? (await find(otherEnd))
    })
  }

  /** Show a row of the log by its number. @returns whether it is there */
  goToRow(row: number): Promise<boolean | undefined> {
    return this.#try(() => this.sheet.goToLogRow(row))
  }

  /**
   * @param refused called with why it was not taken; that it cannot run is said in its state
   * @returns whether it was taken
   */
  async start(definition: Definition, refused: Refused): Promise<boolean> {
    const before = this.#choices
    const reply = await this.#try(() => this.#backend.ask('start', { definition }), refused)
    if (reply === undefined) return false
    await this.#refresh()
    // One has gone elsewhere meanwhile.
    if (this.#choices === before) this.show(reply.session)
    return true
  }

  /**
   * Start a session again as something else.
   *
   * @param refused called with why it was not taken; that it cannot run is said in its state
   * @returns whether it was taken
   */
  async change(session: number, definition: Definition, refused: Refused): Promise<boolean> {
    const reply = await this.#try(
      () => this.#backend.ask('restart', { session, definition }),
      refused,
    )
    return reply !== undefined
  }

  async remove(session: number): Promise<void> {
    const reply = await this.#try(() => this.#backend.ask('remove', { session }))
    if (reply !== undefined && this.shown.value === session) this.#show(undefined)
  }

  /**
   * @param isWhole all rows of the log instead of those that are shown
   * @returns them as a file; undefined when it failed, which is said
   */
  export(form: ExportForm, isWhole: boolean): Promise<Blob | undefined> {
    const { log, opened } = this.sheet
    return this.#try(() =>
      isWhole
        ? exportWhole(this.#backend, log.value, form)
        : exportView(this.#backend, opened.value, form),
    )
  }

  /** Put a text into the clipboard, and say so; a browser may refuse it when the click was long ago. */
  async copy(text: string, said: string): Promise<void> {
    await this.#try(async () => {
      await navigator.clipboard.writeText(text)
      this.notices.say('info', said)
    })
  }

  /** Show messages instead of rows, or rows again. */
  toggleMessages(): void {
    const { sheet } = this
    void this.#try(() => sheet.showMessages(!sheet.isOfMessages.value))
  }

  /** Show messages by this framing; empty for that which each connection had. */
  frameBy(framing: string): void {
    void this.#try(() => this.sheet.showMessages(true, framing))
  }

  /** Its rows are there already. */
  #showWhole(): void {
    if (this.session.value?.definition.kind === 'file') return
    batch(() => {
      this.shown.value = undefined
      this.chosen.value = new Set()
      this.connections.open.clear()
    })
  }

  async #begin(): Promise<void> {
    await this.#refresh()
    this.remarks.marks.reopen()
    this.connections.conversations.reopen()
    await this.#try(() => this.sheet.reopen())
  }

  async #refresh(): Promise<void> {
    const hello = await this.#try(() => this.#backend.ask('hello', {}))
    if (hello === undefined) return
    batch(() => {
      this.version.value = hello.version
      this.mayRun.value = hello.mayRun
      this.project.state.value = hello.project
      this.sessions.value = hello.sessions
      this.runs.begin(hello)
    })
  }

  #take(push: Push): void {
    if (push.push === 'sessions') this.sessions.value = push.sessions
    else if (push.push === 'project') this.project.state.value = push.project
    else if (push.push === 'view') {
      const isTaken = this.remarks.marks.take(push) || this.connections.conversations.take(push)
      if (!isTaken) this.sheet.grown(push)
    } else if (push.push === 'notice') this.notices.say(push.level, push.text)
    else this.runs.take(push)
  }

  async #try<Value>(
    act: () => Promise<Value>,
    refused: Refused = (why) => this.notices.say('error', why),
  ): Promise<Value | undefined> {
    try {
      return await act()
    } catch (error) {
      refused(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
}
