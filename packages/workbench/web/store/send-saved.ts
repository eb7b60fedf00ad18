import type { SavedMessage, SavedSequence } from '../../src/protocol/saved.js'
import { toBase64 } from '../bytes/base64.js'
import { fromSaid } from '../bytes/said.js'
import { allWords } from '../words/words.js'
import type { SendTarget } from './runs-store.js'
import type { Store } from './store.js'

/** Send a saved message, through the session that it names, or the one that is shown. */
export async function sendSaved(store: Store, message: SavedMessage): Promise<void> {
  const target = targetOf(store, message.to)
  if (target === undefined) return
  const { session, to } = target
  const { variables = false } = message
  const recipients = await store.acts.send(session, toBase64(fromSaid(message)), { to, variables })
  if (recipients !== undefined) store.composer.recipients.value = recipients
}

/** The same with a sequence. */
export async function playSaved(store: Store, sequence: SavedSequence): Promise<void> {
  const target = targetOf(store, sequence.to)
  if (target !== undefined) await store.runs.play(target, sequence)
}

/** Stop what sends by itself in the session that is shown, or in all. */
export function stopRuns({ shown, runs }: Store): void {
  for (const { id, session, state } of runs.runs.value) {
    const isHere = shown.value === undefined || session === shown.value
    if (isHere && state === 'running') void runs.end(id)
  }
}

/** @returns undefined where there is none, which is said */
function targetOf(store: Store, name: string | undefined): SendTarget | undefined {
  const shown = store.session.value
  const session =
    name === undefined || shown?.definition.name === name
      ? shown
      : store.sessions.value.find(({ definition }) => definition.name === name)
  if (session?.canSend === true) {
    return { session: session.id, to: session === shown ? [...store.chosen.value] : [] }
  }
  const words = allWords[store.settings.language.value]
  store.notices.say('warning', name === undefined ? words.chooseTarget : words.noTarget(name))
  return undefined
}
