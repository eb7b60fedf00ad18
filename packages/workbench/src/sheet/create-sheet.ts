import type { Filter } from '../protocol/filter.js'
import { LogFile } from './file/log-file.js'
import { LogView } from './log-view.js'
import type { FramingOf } from './messages/message-cutter.js'
import { IndexBudget } from './messages/message-index.js'
import { MessageSource } from './messages/message-source.js'
import { ScanPool } from './scan/scan-pool.js'
import type { Sheet, View } from './sheet.js'

/** Logs are opened when the first view needs them, and closed behind the last one. */
export function createSheet(): Sheet {
  const pool = new ScanPool()
  const budget = new IndexBudget()
  const files = new Map<string, { readonly opening: Promise<LogFile>; views: number }>()

  async function release(path: string): Promise<void> {
    const entry = files.get(path)
    if (entry === undefined || --entry.views > 0) return
    files.delete(path)
    const file = await entry.opening.catch(() => undefined)
    await file?.close()
  }

  return {
    async open(path: string, filter: Filter, framingOf?: FramingOf): Promise<View> {
      const entry = files.get(path) ?? { opening: LogFile.open(path), views: 0 }
      files.set(path, entry)
      entry.views++
      try {
        const file = await entry.opening
        if (framingOf === undefined)
          return new LogView(file, pool, filter, () => void release(path))
        const messages = new MessageSource(file, framingOf, budget)
        try {
          return new LogView(messages, pool, filter, () => {
            messages.close()
            void release(path)
          })
        } catch (error) {
          messages.close()
          throw error
        }
      } catch (error) {
        await release(path)
        throw error
      }
    },
    async close(): Promise<void> {
      const all = [...files.values()]
      files.clear()
      pool.close()
      for (const { opening } of all) await (await opening.catch(() => undefined))?.close()
    },
  }
}
