import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { showCount } from '../../bytes/amounts.js'
import type { Conversation } from '../../store/connections/conversations.js'
import { ChunkedList } from '../../widgets/chunked-list.js'
import { useStore, useWords } from '../use-store.js'
import { ToldItem } from './told-item.js'

/** Items that are drawn together, and pixels that one takes. */
const drawnTogether = 32
const itemHeight = 60

type Order = 'newest' | 'bytes' | 'longest'

/** What connections of the log had said and how they ended, also of those that are gone. */
export function ToldList({ all }: { readonly all: readonly Conversation[] }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const order = useSignal<Order>('newest')
  const sorted = sortBy(all, order.value)
  const title = store.sheet.log.value === 0 ? words.endedConnections : words.connectionsOfLog
  return (
    <section aria-label={title}>
      <header class="told-head">
        <h2>
          {title} · {showCount(all.length, store.settings.language.value)}
        </h2>
        <select
          aria-label={words.order}
          value={order.value}
          onChange={(event) => (order.value = event.currentTarget.value as Order)}
        >
          <option value="newest">{words.orderNewest}</option>
          <option value="bytes">{words.orderBytes}</option>
          <option value="longest">{words.orderLongest}</option>
        </select>
      </header>
      <div role="list" aria-label={title}>
        <ChunkedList
          key={order.value}
          count={sorted.length}
          perChunk={drawnTogether}
          estimate={itemHeight}
          item={(index) => {
            const told = sorted[index]
            return told && <ToldItem key={told.id} told={told} />
          }}
        />
      </div>
    </section>
  )
}

function sortBy(all: readonly Conversation[], order: Order): readonly Conversation[] {
  if (order === 'newest') return all
  const weigh = order === 'bytes' ? bytesOf : lengthOf
  return all.toSorted((one, other) => weigh(other) - weigh(one))
}

function bytesOf({ bytesRead = 0, bytesWritten = 0 }: Conversation): number {
  return bytesRead + bytesWritten
}

function lengthOf({ opened, closed }: Conversation): number {
  return opened === undefined || closed === undefined ? 0 : closed - opened
}
