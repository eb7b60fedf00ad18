import { attachedRows } from './attached-rows.js'
import { backplaneRows } from './backplane-rows.js'
import { clientRows } from './client-rows.js'
import { framingRows } from './framing-rows.js'
import { logRows } from './log-rows.js'
import { serverRows } from './server-rows.js'
import { surroundingsRows } from './surroundings-rows.js'
import { tlsRows } from './tls-rows.js'
import type { Rows } from './walk.js'

/** Every callback that is walked here; those of workers are in `test/workers`. */
export const allRows: Rows = {
  ...serverRows,
  ...clientRows,
  ...attachedRows,
  ...framingRows,
  ...backplaneRows,
  ...surroundingsRows,
  ...logRows,
  ...tlsRows,
}
