import type { ComponentChild } from 'preact'
import type { Definition } from '../../../src/protocol/definition.js'
import { ConnectionsPane } from '../connections/connections-pane.js'
import { DetailsPane } from '../details/details-pane.js'
import { FaultsPane } from '../faults/faults-pane.js'
import { MarksPane } from '../marks/marks-pane.js'
import { RulesPane } from '../rules/rules-pane.js'
import { SavedPane } from '../saved/saved-pane.js'
import type { Tab } from '../../store/store.js'
import { TabList } from '../../widgets/tab-list.js'
import { useStore, useWords } from '../use-store.js'

/** What one looks at closely, beside the sheet. */
export function SidePane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { tab } = store
  const kind = store.session.value?.definition.kind
  const tabs: readonly Tab[] = ['details', 'connections', 'marks', 'saved', ...more(kind)]
  const shown = tabs.includes(tab.value) ? tab.value : 'details'
  return (
    <aside class="pane side" aria-label={words.sidePane}>
      <TabList
        label={words.sidePane}
        tabs={tabs}
        nameOf={(name) => words[name]}
        chosen={shown}
        onChoose={(name) => (tab.value = name)}
      />
      <div class="side-body" role="tabpanel" aria-label={words[shown]}>
        {shown === 'details' && <DetailsPane />}
        {shown === 'connections' && <ConnectionsPane />}
        {shown === 'marks' && <MarksPane />}
        {shown === 'saved' && <SavedPane />}
        {shown === 'faults' && <FaultsPane />}
        {shown === 'rules' && <RulesPane />}
      </div>
    </aside>
  )
}

function more(kind: Definition['kind'] | undefined): readonly Tab[] {
  if (kind === 'proxy') return ['faults']
  return kind === 'server' || kind === 'client' ? ['rules'] : []
}
