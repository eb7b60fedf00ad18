import * as v from 'valibot'

/** What rows are exported as: lines of what was said, an object a line, packets for Wireshark, or a log of their own. */
export const ExportForm = v.picklist(['text', 'jsonl', 'pcapng', 'hawser'])

export type ExportForm = v.InferOutput<typeof ExportForm>

/** What the command makes of rows. */
export type RenderedForm = Exclude<ExportForm, 'hawser'>
