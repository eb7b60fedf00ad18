import { computed, effect, type ReadonlySignal, type Signal, untracked } from '@preact/signals'
import type { SessionState } from '../../../src/protocol/session-state.js'
import type { Backend, BackendState } from '../../backend/backend.js'
import { ConnectionList } from './connection-list.js'
import { Conversations } from './conversations.js'
import type { SheetStore } from '../sheet-store.js'

/** What is looked at. */
interface Shown {
  readonly state: ReadonlySignal<BackendState>
  readonly sheet: SheetStore
  readonly sessions: Signal<readonly SessionState[]>
  /** The session that is shown; undefined is all of them. */
  readonly shown: ReadonlySignal<number | undefined>
  readonly session: ReadonlySignal<SessionState | undefined>
  readonly tab: ReadonlySignal<string>
}

/** The connections of what is looked at: those that are open, and what the log tells of all. */
export class Connections {
  readonly open: ConnectionList
  readonly conversations: Conversations
  /** Whether the rows are of several sessions. */
  readonly isMixed: ReadonlySignal<boolean>

  constructor(backend: Backend, { state, sheet, sessions, shown, session, tab }: Shown) {
    const isLookedAt = computed(() => tab.value === 'connections')
    this.isMixed = computed(() => shown.value === undefined && sessions.value.length > 1)
    this.open = new ConnectionList(backend, () => {
      if (state.value !== 'open') return undefined
      if (session.value !== undefined) return [session.value]
      // Of all of them only while they are looked at.
      return isLookedAt.value ? sessions.value : undefined
    })
    // They are there at once, and not at the next look.
    effect(() => {
      if (isLookedAt.value) untracked(() => void this.open.look())
    })
    const isUsed = computed(() => isLookedAt.value || this.isMixed.value)
    this.conversations = new Conversations(backend, sheet.log, isUsed)
  }
}
