import type { ComponentChild } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { FileDefinition } from '../../../src/protocol/definition.js'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { showCount } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import { SaveButton } from '../project/save-button.js'
import { useStore, useWords } from '../use-store.js'
import { Maximum } from './maximum.js'

interface SessionItemProps {
  readonly session: SessionState
  readonly isShown: boolean
}

export function SessionItem({ session, isShown }: SessionItemProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { id, definition, state, error, addresses } = session
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const most = session.maxConnections === null ? undefined : count(session.maxConnections)
  const item = useRef<HTMLLIElement>(null)
  useLayoutEffect(() => {
    if (isShown) item.current?.scrollIntoView({ block: 'nearest' })
    // It grows as it begins to run.
  }, [isShown, state])
  return (
    <li ref={item} class={`session ${isShown ? 'shown' : ''}`} data-session={id}>
      <button
        type="button"
        class="session-name"
        aria-current={isShown}
        onClick={() => store.show(id)}
      >
        <span class={`state ${state}`} role="img" aria-label={words[state]} title={words[state]} />
        <span class="name">{tame(definition.name)}</span>
        <span class="kind">{words[definition.kind]}</span>
      </button>
      {addresses.map((address) => (
        <code class="address">{tame(address)}</code>
      ))}
      {error !== undefined && <p class="failure">{tame(error)}</p>}
      {session.ended !== undefined && <p class="counts">{tame(session.ended)}</p>}
      {state === 'running' && definition.kind !== 'file' && (
        <p class="counts">
          <span>{words.connectionCount(count(session.connections), most)}</span>
          {session.refused > 0 && (
            <span class="refused">{words.refusedCount(count(session.refused))}</span>
          )}
        </p>
      )}
      {isShown && <SessionActs session={session} />}
    </li>
  )
}

function SessionActs({ session }: { readonly session: SessionState }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { id, definition, state } = session
  const isRunning = state === 'running' || state === 'starting'
  /** Pressed twice, it is one. */
  const isServing = useRef(false)
  const serve = async ({ name, path }: FileDefinition): Promise<void> => {
    if (isServing.current) return
    isServing.current = true
    const shown = `as ${name}`.slice(0, 64).trim()
    await store.start({ kind: 'replay', name: shown, path, listen: '127.0.0.1:0' }, (why) => {
      store.notices.say('error', why)
    })
    isServing.current = false
  }
  const copy = async (as: 'command' | 'code'): Promise<void> => {
    const text = await store.acts.copy(id, as)
    if (text === undefined) return
    await store.copy(text, `${words.copied}: ${text.split('\n')[0] ?? ''}`)
  }
  return (
    <div class="session-acts">
      {definition.kind === 'server' && isRunning && <Maximum session={session} />}
      <div class="buttons">
        {definition.kind !== 'file' &&
          (isRunning ? (
            <button type="button" onClick={() => void store.acts.stop(id)}>
              {words.stop}
            </button>
          ) : (
            <button type="button" onClick={() => void store.acts.restart(id)}>
              {words.start}
            </button>
          ))}
        {definition.kind === 'file' && (
          <button type="button" onClick={() => void serve(definition)}>
            {words.serveFile}
          </button>
        )}
        {definition.kind !== 'file' && definition.kind !== 'replay' && (
          <button
            type="button"
            onClick={() => (store.dialog.value = { name: 'change', session: id })}
          >
            {words.change}
          </button>
        )}
        {['server', 'client', 'proxy'].includes(definition.kind) && <SaveButton session={id} />}
        <button
          type="button"
          onClick={() => (store.dialog.value = { name: 'remove', session: id })}
        >
          {words.remove}
        </button>
        {definition.kind !== 'file' && (
          <button type="button" onClick={() => void copy('command')}>
            {words.copyCommand}
          </button>
        )}
        {definition.kind !== 'replay' && definition.kind !== 'program' && (
          <button type="button" onClick={() => void copy('code')}>
            {words.copyCode}
          </button>
        )}
      </div>
    </div>
  )
}
