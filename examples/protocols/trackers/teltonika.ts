// A gateway for Teltonika's trackers: an IMEI, and then data in Codec 8.
// https://wiki.teltonika-gps.com/view/Codec
import { checksum, createServer, duplexFraming, type Framing, lengthPrefixed, raw } from 'hawser'
import { mapFraming, type Server, type ServerOptions } from 'hawser'
import { type Fleet, type Position, viewOf } from './position.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What a tracker begins with: its IMEI in digits, with their count in two bytes in front. */
const greeting = mapFraming(lengthPrefixed({ bytes: 2, maxFrame: 17 }), {
  decode(bytes) {
    const imei = utf8.decode(bytes)
    if (!/^\d{15,17}$/.test(imei)) throw new RangeError(`${JSON.stringify(imei)} is no IMEI`)
    return imei
  },
  encode: (imei: string) => imei,
})

/** Then: four zeros, a length, records, and a CRC in four bytes. An ff between frames is a sign of life. */
const data = mapFraming(
  checksum(
    lengthPrefixed({
      start: new Uint8Array(4),
      between: 'skip',
      bytes: 4,
      adjust: 4,
      maxFrame: 1284,
    }),
    { algorithm: 'crc16-arc', bytes: 4 },
  ),
  { decode: readRecords, encode: (bytes: Uint8Array) => bytes },
)

/** Replies are a byte, or a count in four. */
export const teltonikaGreeting: Framing<string, Uint8Array | string> = duplexFraming({
  receive: greeting,
  send: raw(),
})
export const teltonikaData: Framing<Position[], Uint8Array | string> = duplexFraming({
  receive: data,
  send: raw(),
})

export function createTeltonikaGateway(
  fleet: Fleet,
  options: ServerOptions<string, Uint8Array | string> = {},
): Server<string, Uint8Array | string> {
  const own = { framing: teltonikaGreeting, firstByteTimeout: 60_000, readIdleTimeout: 600_000 }
  return createServer<string, Uint8Array | string>({ ...own, ...options }, async (connection) => {
    // How long it may take is said by the options above.
    const imei = await connection.receive({ timeout: Infinity })
    const isKnown = await fleet.knows(imei)
    await connection.send(Uint8Array.of(isKnown ? 1 : 0))
    if (!isKnown) return void connection.close({ reason: 'tracker-unknown' })
    const tracker = connection.switchFraming(teltonikaData)
    for await (const positions of tracker) {
      await fleet.store(imei, positions)
      await tracker.send(Uint8Array.of(0, 0, 0, positions.length))
    }
    return undefined
  })
}

/** The first byte is the codec; how many records there are is said in front of them and behind. */
function readRecords(bytes: Uint8Array): Position[] {
  const view = viewOf(bytes)
  const codec = view.getUint8(0)
  if (codec !== 8) throw new RangeError(`the codec is ${codec}, and 8 is read here`)
  const count = view.getUint8(1)
  const positions: Position[] = []
  let at = 2
  for (let index = 0; index < count; index++) {
    positions.push(readRecord(view, at))
    at = skipElements(view, at + 24)
  }
  if (view.getUint8(at) !== count || at + 1 !== bytes.length)
    throw new RangeError(`there are not as many records as the ${count} that are said`)
  return positions
}

function readRecord(view: DataView, at: number): Position {
  const satellites = view.getUint8(at + 21)
  const time = new Date(Number(view.getBigUint64(at)))
  if (Number.isNaN(time.getTime())) throw new RangeError('a record has a time that is none')
  return {
    time,
    longitude: view.getInt32(at + 9) / 1e7,
    latitude: view.getInt32(at + 13) / 1e7,
    course: view.getUint16(at + 19),
    satellites,
    speed: view.getUint16(at + 22),
    isFixed: satellites > 0,
  }
}

/** Behind a position: which element caused the record, how many there are, and they, by their size. */
function skipElements(view: DataView, from: number): number {
  let at = from + 2
  for (const size of [1, 2, 4, 8]) at += 1 + view.getUint8(at) * (1 + size)
  return at
}
