import type { Store } from './store.js'

/** Show only the rows of a connection, or those of the others again. */
export function followConnection(store: Store, connection: number): void {
  const isShown = store.sheet.filter.value.connection === connection
  store.filterBy({ connection: isShown ? undefined : connection })
}

/** The same for that of the row which is looked at. */
export function followSelected(store: Store): void {
  const { sheet } = store
  const { connection: shown } = sheet.filter.value
  const { value: place } = sheet.place
  const connection = (place === undefined ? undefined : sheet.at(place)?.connection) || shown
  if (connection !== undefined) followConnection(store, connection)
}
