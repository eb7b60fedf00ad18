import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, openLog } from 'hawser/log'
import { answerMeasurements, readCpu } from '../../support/measured.js'

/** Rows between two turns of the event loop, as a busy server has them. */
const rowsInTurn = 1_000
/** Connections whose rows lie between each other. */
const connections = 50
const rowSize = 64
/** What is searched for, cut in the middle, at the end of the log. */
const needle = 'the last words of the log'

const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-log-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'session.hawser')

/** Log so many rows of 64 bytes; the microseconds of processor time that each took. */
async function write(rows: number): Promise<number> {
  rmSync(file, { force: true })
  const log = await createLog(file)
  const logged = Array.from({ length: connections }, () => log.open())
  const bytes = Buffer.alloc(rowSize)
  const began = readCpu()
  for (let row = 0; row < rows; row++) {
    bytes.writeUInt32LE(row)
    logged[row % connections]!.in(bytes)
    if (row % rowsInTurn !== 0) continue
    // A disk that is slower than this loop would cost rows.
    if (log.info().memory > 8 * 1024 * 1024) await log.flush()
    else await new Promise(setImmediate)
  }
  await log.flush()
  const elapsed = readCpu() - began
  for (const part of [needle.slice(0, 9), needle.slice(9)]) logged[0]!.in(Buffer.from(part))
  await log.close()
  const { lostRows } = log.info()
  if (lostRows > 0) throw new Error(`${lostRows} rows were lost`)
  return elapsed / rows
}

/** Search the whole log; the seconds of processor time for each GB of it. */
async function search(): Promise<number> {
  const began = readCpu()
  await using log = await openLog(file)
  let hits = 0
  for await (const { at } of log.search(needle)) hits += at < 0 ? 1 : 0
  if (hits !== 1) throw new Error(`${hits} places were found instead of 1`)
  return (readCpu() - began) / 1e6 / (statSync(file).size / 1e9)
}

/** Read one of the connections; the milliseconds of processor time for each GB of the log. */
async function readConnection(): Promise<number> {
  const began = readCpu()
  await using log = await openLog(file)
  let rows = 0
  for await (const { data } of log.rows({ connection: 7 })) rows += data.length > 0 ? 1 : 0
  if (rows === 0) throw new Error('the connection has no rows')
  return (readCpu() - began) / 1e3 / (statSync(file).size / 1e9)
}

answerMeasurements(0, {
  write: (rows) => write(rows as number),
  search,
  connection: readConnection,
  memory: () => process.resourceUsage().maxRSS / 1024,
})
