import type { Store } from '../../store/store.js'

/** What keys do wherever one is, but in a field or a dialog. */
export function listenForKeys(store: Store, page: Document): void {
  page.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (store.dialog.value !== undefined || isField(event.target)) return
    const act = shortcuts[event.key]
    if (act === undefined) return
    event.preventDefault()
    act(store, page)
  })
}

const shortcuts: Readonly<Record<string, (store: Store, page: Document) => void>> = {
  ' ': ({ sheet }) => (sheet.isFollowing.value = !sheet.isFollowing.value),
  '/': (_, page) => focus(page, 'find'),
  f: (_, page) => page.getElementById('filter')?.click(),
  Escape: (store) => {
    if (store.isNarrowed.value) store.dropFilter()
  },
  b: (store) => void store.bookmark(),
  h: (store) => (store.isHex.value = !store.isHex.value),
  m: (store) => store.toggleMessages(),
  n: (store) => (store.dialog.value = 'start'),
  '?': (store) => (store.dialog.value = 'keys'),
}

function focus(page: Document, id: string): void {
  const field = page.getElementById(id)
  if (!(field instanceof HTMLInputElement)) return
  field.focus()
  field.select()
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLButtonElement) return false
  return ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
