import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { append, openLog } from './support/open-log.js'

it('a second log for the same file is refused, and the first goes on', async () => {
  const { log, file } = await openLog()
  await expect(createLog(file)).rejects.toMatchObject({
    code: 'HAWSER_LOG_LOCKED',
    op: 'open',
    message: `${file} is being written by process ${process.pid}: write to another file, or end that log first`,
  })
  expect(existsSync(`${file}.lock`)).toBe(true)
  log.event({ event: 'note' })
  await log.close()
  expect(log.info()).toMatchObject({ rows: 1, error: undefined })
  await append(file)
})

it('of many at once, one gets it', async () => {
  const { log, file } = await openLog()
  await log.close()
  // A lock that many see as stale at the same moment.
  writeFileSync(`${file}.lock`, '999999999  0011223344556677\n')
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => createLog(file)))
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  await Promise.all(made.map((each) => each.close()))
  expect(made).toHaveLength(1)
})

// A number of a process that no system gives.
it.each([
  ['of a process that is gone', '999999999  0011223344556677\n'],
  ['of a process whose number was used again', `${process.pid} 1 0011223344556677\n`],
  ['that is empty', ''],
  ['that is something else', '{"pid":1}\u001b[2J'],
])('a lock %s is taken over', async (_name, text) => {
  const { log, file } = await openLog()
  await log.close()
  writeFileSync(`${file}.lock`, text)
  // Where the system does not say when a process began, its number is all there is.
  if (text.startsWith(`${process.pid} `) && !existsSync('/proc/self/stat')) return
  const next = await append(file)
  expect(readFileSync(`${file}.lock`, 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  await next.close()
  expect(readdirSync(dirname(file))).toEqual(['session.hawser'])
})
