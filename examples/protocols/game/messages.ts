// What a game and its players say: two bytes of length, one that says what it is, and fields.
import { type Framing, lengthPrefixed, mapFraming } from 'hawser'

/** A ship, as players see it. */
export interface ShipState {
  readonly id: number
  readonly x: number
  readonly y: number
}

/** A player steers, and says up to which tick it has seen the world. */
export interface Input {
  readonly seen: number
  /** −127 … 127 each. */
  readonly steerX: number
  readonly steerY: number
}

/** The server says who a player is, and then how the world is. */
export type News =
  | { readonly type: 'welcome'; readonly id: number; readonly tickTime: number }
  | { readonly type: 'state'; readonly tick: number; readonly ships: readonly ShipState[] }

const welcome = 1
const state = 2
const input = 3
const shipSize = 10
/** Room for some 6,000 ships. */
const maxFrame = 65_535

/** For a server: inputs to read, news to send. */
export const gameServer: Framing<Input, News> = mapFraming(lengthPrefixed({ bytes: 2, maxFrame }), {
  decode: readInput,
  encode: writeNews,
})

/** For a player, or a test of a server: the other way round. */
export const gamePlayer: Framing<News, Input> = mapFraming(lengthPrefixed({ bytes: 2, maxFrame }), {
  decode: readNews,
  encode: writeInput,
})

function readInput(bytes: Uint8Array): Input {
  const view = viewOf(bytes)
  if (bytes.length !== 7 || view.getUint8(0) !== input)
    throw new RangeError('a player sends inputs of 7 bytes')
  return { seen: view.getUint32(1), steerX: view.getInt8(5), steerY: view.getInt8(6) }
}

function writeInput({ seen, steerX, steerY }: Input): Uint8Array {
  const bytes = new Uint8Array(7)
  const view = viewOf(bytes)
  view.setUint8(0, input)
  view.setUint32(1, seen)
  view.setInt8(5, steerX)
  view.setInt8(6, steerY)
  return bytes
}

function readNews(bytes: Uint8Array): News {
  const view = viewOf(bytes)
  const type = view.getUint8(0)
  if (type === welcome)
    return { type: 'welcome', id: view.getUint16(1), tickTime: view.getUint16(3) }
  if (type !== state) throw new RangeError(`there is no news of type ${type}`)
  const ships: ShipState[] = []
  for (let at = 5; at < bytes.length; at += shipSize)
    ships.push({
      id: view.getUint16(at),
      x: view.getFloat32(at + 2),
      y: view.getFloat32(at + 6),
    })
  return { type: 'state', tick: view.getUint32(1), ships }
}

function writeNews(news: News): Uint8Array {
  const ships = news.type === 'state' ? news.ships : []
  const bytes = new Uint8Array(5 + ships.length * shipSize)
  const view = viewOf(bytes)
  if (news.type === 'welcome') {
    view.setUint8(0, welcome)
    view.setUint16(1, news.id)
    view.setUint16(3, news.tickTime)
    return bytes
  }
  view.setUint8(0, state)
  view.setUint32(1, news.tick)
  for (const [index, { id, x, y }] of ships.entries()) {
    const at = 5 + index * shipSize
    view.setUint16(at, id)
    view.setFloat32(at + 2, x)
    view.setFloat32(at + 6, y)
  }
  return bytes
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
