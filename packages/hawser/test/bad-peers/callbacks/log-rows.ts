import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from 'hawser/log'
import { type Rows, told, until, warned } from './walk.js'

export const logRows: Rows = {
  'MaskRule.find': told(async (find, onError) => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
    const log = await createLog(join(folder, 'session.hawser'), {
      mask: [{ find, longest: 8 }],
      onError,
    })
    for (let index = 0; index < 2; index++) log.open().in(Buffer.from('secret'))
    await log.close()
    rmSync(folder, { recursive: true })
  }),
  'LogOptions.onError': warned(async (onError) => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
    const log = await createLog(join(folder, 'session.hawser'), { rotate: 65_536, onError })
    const connection = log.open()
    rmSync(folder, { recursive: true })
    // The file that is begun next has no folder to be in.
    for (let index = 0; index < 3; index++) {
      connection.in(Buffer.alloc(60_000))
      await log.flush()
    }
    await until(() => log.info().error !== undefined)
    await log.close()
  }),
}
