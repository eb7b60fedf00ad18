// A gateway for trackers that speak GT06 (Concox and many others): 78 78, a length, the data, a CRC, 0d 0a.
// GPS Tracker Communication Protocol (GT06), version 1.8.1, chapters 4 and 5
import { checksum, createServer, type Framing, lengthPrefixed, mapFraming } from 'hawser'
import type { Server, ServerOptions } from 'hawser'
import { type Fleet, type Position, viewOf } from './position.js'

/** One frame: what kind it is of, its number, and what a login or a location says. */
export interface Report {
  readonly kind: number
  readonly serial: number
  readonly imei?: string
  readonly position?: Position
}

/** A reply has the kind and the number of what it acknowledges. */
export type Acknowledgement = Pick<Report, 'kind' | 'serial'>

const headerSize = 3
const login = 0x01
const location = 0x12
const status = 0x13
const alarm = 0x16

const frames = lengthPrefixed({
  start: Uint8Array.of(0x78, 0x78),
  // Trackers begin in the middle of a frame, or send ff to keep the line open.
  between: 'skip',
  header: headerSize,
  lengthOf: ([, , size = 0]) => headerSize + size + 2,
  maxFrame: 260,
})

/** The CRC covers the length, so the message below is the whole frame but for its CRC. */
export const gt06: Framing<Report, Acknowledgement> = mapFraming(
  checksum(frames, { algorithm: 'crc16-x25', offset: 2, trailer: 2 }),
  {
    decode(frame) {
      const end = frame.length - 2
      if (end < headerSize + 3) throw new RangeError('a frame has a kind and a number')
      if (frame[end] !== 0x0d || frame[end + 1] !== 0x0a)
        throw new RangeError('a frame ends with 0d 0a')
      const kind = frame[headerSize] ?? 0
      const serial = viewOf(frame).getUint16(end - 2)
      const content = frame.subarray(headerSize + 1, end - 2)
      if (kind === login) return { kind, serial, imei: readImei(content) }
      if (kind !== location && kind !== alarm) return { kind, serial }
      return { kind, serial, position: readPosition(content) }
    },
    encode: ({ kind, serial }: Acknowledgement) =>
      Uint8Array.of(0x78, 0x78, 5, kind, serial >> 8, serial & 255, 0x0d, 0x0a),
  },
)

export function createGt06Gateway(
  fleet: Fleet,
  options: ServerOptions<Report, Acknowledgement> = {},
): Server<Report, Acknowledgement> {
  // A tracker reports its state every three minutes.
  const own = { framing: gt06, firstByteTimeout: 60_000, readIdleTimeout: 600_000 }
  return createServer<Report, Acknowledgement>({ ...own, ...options }, async (tracker) => {
    let imei: string | undefined
    for await (const { kind, serial, position, ...report } of tracker) {
      imei = report.imei ?? imei
      if (imei === undefined) return tracker.reset({ reason: 'tracker-not-logged-in' })
      if (kind === login && !(await fleet.knows(imei)))
        return tracker.reset({ reason: 'tracker-unknown' })
      if (position !== undefined) await fleet.store(imei, [position])
      if (kind === login || kind === status || kind === alarm) await tracker.send({ kind, serial })
    }
    return undefined
  })
}

/** Sixteen digits, two in a byte, of which the first is 0. */
function readImei(content: Uint8Array): string {
  const digits = Buffer.from(content.subarray(0, 8)).toString('hex')
  if (!/^0\d{15}$/.test(digits)) throw new RangeError(`${digits} is no IMEI`)
  return digits.slice(1)
}

function readPosition(content: Uint8Array): Position {
  const view = viewOf(content)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = content
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    throw new RangeError('a location has a time that is none')
  const flags = view.getUint16(16)
  // In 30,000ths of a minute.
  const latitude = view.getUint32(7) / 1_800_000
  const longitude = view.getUint32(11) / 1_800_000
  return {
    time: new Date(Date.UTC(2000 + year, month - 1, day, hour, minute, second)),
    latitude: (flags & 0x0400) === 0 ? -latitude : latitude,
    longitude: (flags & 0x0800) === 0 ? longitude : -longitude,
    speed: view.getUint8(15),
    course: flags & 0x03ff,
    satellites: view.getUint8(6) & 15,
    isFixed: (flags & 0x1000) !== 0,
  }
}
