import type { ExportForm } from '../../src/protocol/export-form.js'
import type { Backend } from '../backend/backend.js'

/** Views of all of a log that are there for one act. */
const views = { export: 1_000_000_003, look: 1_000_000_005 } as const

/** The rows that a view has now, as a file. */
export async function exportView(backend: Backend, view: number, form: ExportForm): Promise<Blob> {
  await backend.ask('export', { view, as: form })
  const pieces: Blob[] = []
  for (;;) {
    const { bytes, isEnd } = await backend.ask('export-next', {})
    // The browser keeps it, not the page.
    pieces.push(new Blob([Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0))]))
    if (isEnd) return new Blob(pieces)
  }
}

/** All rows of a log, as a file. */
export function exportWhole(backend: Backend, log: number, form: ExportForm): Promise<Blob> {
  return inWhole(backend, { log, view: views.export }, (view) => exportView(backend, view, form))
}

/** Whether a log has a row with this number. */
export function hasRow(backend: Backend, log: number, row: number): Promise<boolean> {
  return inWhole(backend, { log, view: views.look }, async (view) => {
    const { logRow } = await backend.ask('locate', { view, row })
    return logRow === row
  })
}

async function inWhole<Value>(
  backend: Backend,
  { log, view }: { readonly log: number; readonly view: number },
  act: (view: number) => Promise<Value>,
): Promise<Value> {
  try {
    await backend.ask('open-view', { view, filter: {}, ...(log === 0 ? {} : { log }) })
    return await act(view)
  } finally {
    backend.ask('close-view', { view }).catch(() => undefined)
  }
}
