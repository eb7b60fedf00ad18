import type { ComponentChild } from 'preact'
import { showClock, showSize, showSpan } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import type { Conversation } from '../../store/connections/conversations.js'
import { useStore, useWords } from '../use-store.js'
import { closeText } from '../sheet/event-text.js'
import { OnlyButton } from './only-button.js'
import { SessionOf } from './session-of.js'

/** A connection that the log tells of. */
export function ToldItem({ told }: { readonly told: Conversation }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { id, session, remote, opened, closed, end, bytesRead, bytesWritten } = told
  const isOwn = store.sheet.log.value === 0
  return (
    <div class="connection" role="listitem" data-told={id}>
      <span class="peer">
        <strong>#{id}</strong> <code>{tame(remote)}</code>
      </span>
      <OnlyButton connection={id} />
      <p class="counts">
        {isOwn && <SessionOf session={session} />}
        {opened !== undefined && <span>{showClock(opened)}</span>}
        {opened !== undefined && closed !== undefined && (
          <span title={words.lasted}>{showSpan(closed - opened)}</span>
        )}
        {bytesRead !== undefined && <span title={words.received}>← {showSize(bytesRead)}</span>}
        {bytesWritten !== undefined && <span title={words.sent}>→ {showSize(bytesWritten)}</span>}
        {end !== undefined && <span>{tame(closeText(end, words))}</span>}
      </p>
    </div>
  )
}
