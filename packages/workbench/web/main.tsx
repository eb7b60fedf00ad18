import { render } from 'preact'
import { Backend } from './backend/backend.js'
import { enter, findSocketRefusal, storedKey } from './backend/enter.js'
import { createSettings } from './store/settings.js'
import { Store } from './store/store.js'
import { Page } from './views/frame/page.js'
import { listenForKeys } from './views/keys/shortcuts.js'
import { StoreProvider } from './views/use-store.js'

const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
const backend = new Backend(`${scheme}://${location.host}/socket`, storedKey, findSocketRefusal)
const store = new Store(backend, createSettings(localStorage, navigator.languages))

const entry = await enter(location)
if (entry.isIn) backend.connect()
else store.lock(entry.why)
// A fresh link in the same tab changes only what is behind the #.
window.addEventListener('hashchange', () => location.reload())
listenForKeys(store, document)
const root = document.getElementById('page')
if (root === null) throw new Error('the page has no place')
render(
  <StoreProvider value={store}>
    <Page />
  </StoreProvider>,
  root,
)
