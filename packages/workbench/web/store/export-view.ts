import type { ExportForm } from '../../src/protocol/export-form.js'
import type { Backend } from '../backend/backend.js'

/** A view that is only exported. */
const wholeView = 1_000_000_003

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
export async function exportWhole(backend: Backend, log: number, form: ExportForm): Promise<Blob> {
  try {
    await backend.ask('open-view', { view: wholeView, filter: {}, log })
    return await exportView(backend, wholeView, form)
  } finally {
    backend.ask('close-view', { view: wholeView }).catch(() => undefined)
  }
}
