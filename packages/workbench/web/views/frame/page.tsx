import { signal, useSignalEffect } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { Splitter } from '../../widgets/splitter.js'
import { ComposerPane } from '../composer/composer-pane.js'
import { KeysDialog } from '../keys/keys-dialog.js'
import { RunList } from '../runs/run-list.js'
import { TrustDialog } from '../project/trust-dialog.js'
import { RemoveDialog } from '../sessions/remove-dialog.js'
import { SessionsPane } from '../sessions/sessions-pane.js'
import { SheetPane } from '../sheet/sheet-pane.js'
import { StartDialog } from '../start/start-dialog.js'
import { useStore, useWords } from '../use-store.js'
import { Head } from './head.js'
import { Locked } from './locked.js'
import { NoticeList } from './notice-list.js'
import { SidePane } from './side-pane.js'

const sessionsWidth = signal(240)
const sideWidth = signal(372)

/** The whole page. */
export function Page(): ComponentChild {
  const store = useStore()
  const words = useWords()
  useSignalEffect(() => {
    const root = document.documentElement
    root.dataset['theme'] = store.settings.theme.value
    root.lang = store.settings.language.value === 'zh' ? 'zh-CN' : 'en'
  })
  if (store.state.value === 'locked') return <Locked />
  const dialog = store.dialog.value?.name
  return (
    <div class="page">
      <Head />
      <div
        class="panes"
        style={{
          gridTemplateColumns: `${sessionsWidth.value}px 5px minmax(320px, 1fr) 5px ${sideWidth.value}px`,
        }}
      >
        <div class="left">
          <SessionsPane />
          <NoticeList />
        </div>
        <Splitter
          label={words.widthOf(words.sessions)}
          size={sessionsWidth}
          least={180}
          most={480}
          side="right"
        />
        <div class="middle">
          <SheetPane />
          <RunList />
          <ComposerPane />
        </div>
        <Splitter
          label={words.widthOf(words.sidePane)}
          size={sideWidth}
          least={280}
          most={760}
          side="left"
        />
        <SidePane />
      </div>
      {dialog === 'start' && <StartDialog />}
      {dialog === 'change' && <StartDialog />}
      {dialog === 'remove' && <RemoveDialog />}
      {dialog === 'keys' && <KeysDialog />}
      {dialog === 'trust' && <TrustDialog />}
    </div>
  )
}
