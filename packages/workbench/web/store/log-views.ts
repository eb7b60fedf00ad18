import type { ExportForm } from '../../src/protocol/export-form.js'
import type { Backend } from '../backend/backend.js'
import { OpenView } from './open-view.js'

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
  return inWhole(backend, log, ({ number }) => exportView(backend, number, form))
}

/** Whether a log has a row with this number. */
export function hasRow(backend: Backend, log: number, row: number): Promise<boolean> {
  return inWhole(backend, log, async (view) => (await view.locate(row)).logRow === row)
}

/** With a view of all of a log that is there for one act. */
async function inWhole<Value>(
  backend: Backend,
  log: number,
  act: (view: OpenView) => Promise<Value>,
): Promise<Value> {
  const view = new OpenView(backend, { filter: {}, log })
  try {
    await view.opened
    return await act(view)
  } finally {
    view.close()
  }
}
