import * as v from 'valibot'

/** What rows are exported as: lines of what was said, an object a line, or packets for Wireshark. */
export const ExportForm = v.picklist(['text', 'jsonl', 'pcapng'])

export type ExportForm = v.InferOutput<typeof ExportForm>
