import { join } from 'node:path'
import { createLog, openLog, type LogRow } from 'hawser/log'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { SessionList } from '../../src/sessions/session-list.js'
import type { OpenScript } from '../../src/sessions/kinds/begin.js'
import type { SessionState } from '../../src/protocol/session-state.js'
import type { Tools } from '../../src/tools.js'
import { plainTools } from './tools.js'

/** Sessions with a log of their own, which end with the test. */
export async function createList(
  openScript?: OpenScript,
  tools: Partial<Tools> = {},
): Promise<{
  list: SessionList
  notices: string[]
  /** Fulfils with a session once it is as is wanted. */
  until: (id: number, isWanted: (state: SessionState) => boolean) => Promise<SessionState>
  rows: () => Promise<LogRow[]>
}> {
  const file = join(createFolder(), 'session.hawser')
  const log = await createLog(file)
  const notices: string[] = []
  const list = new SessionList({
    tools: { ...plainTools, ...tools },
    log,
    openScript,
    onNotice: (_level, text) => void notices.push(text),
  })
  onTestFinished(async () => {
    await list.close()
    await log.close()
  })
  return {
    list,
    notices,
    until: (id, isWanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const state = list.all.find((session) => session.id === id)
          if (state === undefined || !isWanted(state)) return
          unwatch()
          resolve(state)
        }
        const unwatch = list.watch(look)
        look()
      }),
    async rows() {
      await log.flush()
      await using reader = await openLog(file)
      const rows: LogRow[] = []
      for await (const row of reader.rows()) rows.push({ ...row, data: row.data.slice() })
      return rows
    },
  }
}
