import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { ConnectionsPane } from '../connections/connections-pane.js'
import { DetailsPane } from '../details/details-pane.js'
import { FaultsPane } from '../faults/faults-pane.js'
import { useStore, useWords } from '../use-store.js'

type Tab = 'connections' | 'details' | 'faults'

/** What one looks at closely, beside the sheet. */
export function SidePane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const tab = useSignal<Tab>('details')
  const isProxy = store.session.value?.definition.kind === 'proxy'
  const tabs: readonly Tab[] = isProxy
    ? ['details', 'connections', 'faults']
    : ['details', 'connections']
  const shown = tabs.includes(tab.value) ? tab.value : 'details'
  return (
    <aside class="pane side">
      <div class="tabs" role="tablist">
        {tabs.map((name) => (
          <button
            type="button"
            role="tab"
            aria-selected={shown === name}
            onClick={() => (tab.value = name)}
          >
            {words[name]}
          </button>
        ))}
      </div>
      <div class="side-body" role="tabpanel" aria-label={words[shown]}>
        {shown === 'details' && <DetailsPane />}
        {shown === 'connections' && <ConnectionsPane />}
        {shown === 'faults' && <FaultsPane />}
      </div>
    </aside>
  )
}
