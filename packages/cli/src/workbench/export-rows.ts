import type { RenderedForm } from '@hawser/workbench'
import type { LogRow } from 'hawser/log'

/** Rows as files that other programs read, as `hawser log` makes them. */
export async function* exportRows(
  form: RenderedForm,
  rows: AsyncIterable<LogRow>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (form === 'pcapng') {
    const { PcapngExport } = await import('../log/export-pcapng.js')
    const packets = new PcapngExport()
    for await (const row of rows) yield* packets.add(row)
    return
  }
  const { createJsonRows, createSpokenRows } = await import('../log/render-row.js')
  const render = form === 'jsonl' ? createJsonRows(false) : createSpokenRows()
  for await (const row of rows) yield Buffer.from(render(row))
}
