import type { ComponentChild } from 'preact'
import type { Theme } from '../../store/settings.js'
import type { Language } from '../../words/words.js'
import { useStore, useWords } from '../use-store.js'

export function Head(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { settings, state, version } = store
  const isOpen = state.value === 'open'
  return (
    <header class="head">
      <h1>{words.workbench}</h1>
      <span class="version">{version.value}</span>
      <span class={`link ${isOpen ? 'is-open' : 'is-lost'}`} role="status">
        {isOpen ? words.connected : state.value === 'connecting' ? words.connecting : words.lost}
      </span>
      <span class="grow" />
      <select
        aria-label={words.language}
        value={settings.language.value}
        onChange={(event) => (settings.language.value = event.currentTarget.value as Language)}
      >
        <option value="en">English</option>
        <option value="zh">中文</option>
      </select>
      <select
        aria-label={words.theme}
        value={settings.theme.value}
        onChange={(event) => (settings.theme.value = event.currentTarget.value as Theme)}
      >
        <option value="system">{words.themeSystem}</option>
        <option value="light">{words.themeLight}</option>
        <option value="dark">{words.themeDark}</option>
      </select>
      <button type="button" onClick={() => (store.dialog.value = { name: 'keys' })}>
        {words.keys} ?
      </button>
    </header>
  )
}
