import { followSelected } from '../../store/follow-connection.js'
import { sendSaved, stopRuns } from '../../store/send-saved.js'
import type { Store } from '../../store/store.js'

/** What keys do wherever one is, but in a field or a dialog. */
export function listenForKeys(store: Store, page: Document): void {
  // Space presses what one came to by the keyboard; behind a click of the mouse it is a shortcut like the others.
  let isByMouse = false
  page.addEventListener('pointerdown', () => (isByMouse = true))
  page.addEventListener('keydown', (event) => {
    if (event.key === 'Tab') isByMouse = false
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (store.dialog.value !== undefined) return
    if (isField(event.target)) {
      // The way from a field to the keys that are shortcuts.
      if (event.key === 'Escape') event.target.blur()
      return
    }
    if (event.key === ' ' && !isByMouse && isPressable(event.target)) return
    const act = /^[1-9]$/.test(event.key) ? sendNumbered(event.key) : shortcuts[event.key]
    if (act === undefined) return
    event.preventDefault()
    act(store, page)
  })
}

export const shortcuts: Readonly<Record<string, (store: Store, page: Document) => void>> = {
  ' ': ({ sheet }) => (sheet.isFollowing.value = !sheet.isFollowing.value),
  '/': (_, page) => focus(page, 'find'),
  f: (_, page) => page.getElementById('filter')?.click(),
  Escape: (store) => {
    if (store.isNarrowed.value) store.dropFilter()
  },
  b: ({ remarks }) => void remarks.toggleBookmark(),
  '.': ({ remarks }) => void remarks.step(1),
  ',': ({ remarks }) => void remarks.step(-1),
  c: (store) => followSelected(store),
  h: (store) => (store.isHex.value = !store.isHex.value),
  m: (store) => store.toggleMessages(),
  s: (store) => (store.tab.value = 'saved'),
  x: (store) => stopRuns(store),
  n: (store) => (store.dialog.value = { name: 'start' }),
  '?': (store) => (store.dialog.value = { name: 'keys' }),
}

/** Only what one sees is sent. */
function sendNumbered(key: string): (store: Store) => void {
  return (store) => {
    const message = store.runs.saved.value.messages[Number(key) - 1]
    if (store.tab.value === 'saved' && message !== undefined) void sendSaved(store, message)
  }
}

function focus(page: Document, id: string): void {
  const field = page.getElementById(id)
  if (!(field instanceof HTMLInputElement)) return
  field.focus()
  field.select()
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('button, summary')
}

function isField(target: EventTarget | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false
  return ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
