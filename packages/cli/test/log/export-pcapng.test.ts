import type { LogEvent, LogRow } from 'hawser/log'
import { expect, it } from 'vitest'
import { PcapngExport } from '../../src/log/export-pcapng.js'

function row(number: number, said: LogEvent | string): LogRow {
  const event = typeof said === 'string' ? undefined : said
  const data = Buffer.from(typeof said === 'string' ? said : JSON.stringify(said))
  const kind = event === undefined ? 'in' : 'event'
  const place = { number, connection: 1, time: 1_000, flags: 0, source: 0, position: 0, back: 0 }
  return { ...place, kind, data, event }
}

it('a connection whose first rows were deleted has its addresses, by what it says again', () => {
  const says = {
    event: 'continues',
    ...{ localAddress: '192.0.2.1', localPort: 8000 },
    ...{ remoteAddress: '192.0.2.7', remotePort: 0x1234 },
  }
  const pcapng = new PcapngExport()
  const rows = [row(5, says), row(6, 'hello'), row(7, says), row(8, { event: 'close' })]
  const file = Buffer.concat(rows.flatMap((each) => pcapng.add(each)))
  expect(file.includes(Buffer.from([192, 0, 2, 7, 192, 0, 2, 1, 0x12, 0x34]))).toBe(true)
  // What it says in further files is nothing new.
  expect(file.toString('latin1').split('continues')).toHaveLength(2)
})
