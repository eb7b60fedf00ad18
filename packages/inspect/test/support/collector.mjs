// A collector as small as can be, which checks everything that it is sent. It shares no code with the package.
import { spawnSync } from 'node:child_process'
import { constants, openSync, rmSync } from 'node:fs'
import { createServer, Socket } from 'node:net'

const HEADER = 64
const ROW = 32
const KINDS = ['', 'in', 'out', 'event', 'lost']

/**
 * @typedef {{ in: number, out: number }} Counts
 * @typedef {Record<string, unknown> & { event: string }} Event
 *
 * @typedef {object} Conversation one connection, as it was sent
 * @property {Event[]} events
 * @property {{ in: Buffer[], out: Buffer[] }} bytes
 * @property {Counts} total bytes before it was met, and those that came or were lost since
 * @property {Counts} lost
 * @property {boolean} isTls
 * @property {string | undefined} unseen
 *
 * @typedef {object} Thread
 * @property {Event | undefined} event its first row
 * @property {Map<number, Conversation>} connections
 * @property {number} rows rows that came
 * @property {number} skipped rows that were lost, by their numbers
 * @property {{ connections: number, in: number, out: number }} missed
 */

/** Reads the blocks of one thread. */
export class ThreadReader {
  /** @type {Thread} */
  thread = {
    event: undefined,
    connections: new Map(),
    rows: 0,
    skipped: 0,
    missed: { connections: 0, in: 0, out: 0 },
  }
  /** What is wrong with what came. @type {string[]} */
  problems = []
  #rest = Buffer.alloc(0)
  #next = 0

  /** @param {Buffer} chunk */
  read(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (;;) {
      if (this.#rest.length < HEADER) return
      const length = this.#rest.readUInt32LE(4)
      if (this.#rest.readUInt32LE(0) !== 0x31425748 || length % 8 !== 0) {
        this.problems.push('no block where one begins')
        this.#rest = Buffer.alloc(0)
        return
      }
      if (this.#rest.length < length) return
      this.#block(this.#rest.subarray(0, length))
      this.#rest = this.#rest.subarray(length)
    }
  }

  /** The stream ended. @param {boolean} isWhole whether each connection must have closed or be open at the end */
  end(isWhole) {
    if (isWhole && this.#rest.length > 0)
      this.problems.push(`${this.#rest.length} bytes of a block`)
    if (this.thread.event === undefined) this.problems.push('no event of the thread')
  }

  /** @param {Buffer} block */
  #block(block) {
    const rows = block.readUInt32LE(12)
    const first = Number(block.readBigUInt64LE(16))
    const dataLength = block.readUInt32LE(40)
    const data = HEADER + rows * ROW
    this.#check(first >= this.#next, `row ${first} after row ${this.#next - 1}`)
    this.thread.skipped += first - this.#next
    this.#next = first + rows
    this.thread.rows += rows
    this.#check(rows > 0 && data + dataLength <= block.length, 'a block whose parts do not fit')
    this.#check(block.length - data - dataLength < 8, 'more padding than needed')
    let kinds = 0
    let used = 0
    const ids = []
    for (let index = 0; index < rows; index++) {
      const row = block.subarray(HEADER + index * ROW, HEADER + (index + 1) * ROW)
      const offset = row.readUInt32LE(12)
      const length = row.readUInt32LE(16)
      this.#check(offset === used, 'data that is not one after another')
      used += length
      kinds |= 1 << row.readUInt8(24)
      ids.push(row.readUInt32LE(8))
      this.#row(row, block.subarray(data + offset, data + offset + length))
      if (index === 0) this.#check(block.readDoubleLE(24) === row.readDoubleLE(0), 'first time')
    }
    this.#check(used === dataLength, 'data of no row')
    this.#check(kinds === block.readUInt32LE(44), 'kinds of a block')
    this.#check(Math.min(...ids) === block.readUInt32LE(48), 'lowest connection')
    this.#check(Math.max(...ids) === block.readUInt32LE(52), 'highest connection')
  }

  /** @param {Buffer} row @param {Buffer} bytes */
  #row(row, bytes) {
    const kind = KINDS[row.readUInt8(24)]
    const id = row.readUInt32LE(8)
    const age = Math.abs(Date.now() - row.readDoubleLE(0))
    this.#check(age < 600_000, `a time ${age} ms away`)
    if (kind === 'in' || kind === 'out') this.#bytes(id, kind, row, bytes)
    else if (kind === 'event') this.#event(id, JSON.parse(bytes.toString()))
    else if (kind === 'lost') this.#lost(id, JSON.parse(bytes.toString()))
    else this.problems.push(`a row of kind ${row.readUInt8(24)}`)
  }

  /** @param {number} id @param {'in' | 'out'} way @param {Buffer} row @param {Buffer} bytes */
  #bytes(id, way, row, bytes) {
    const of = this.#find(id, `${bytes.length} bytes`)
    if (of === undefined) return
    const expected = of.total[way]
    of.total[way] += bytes.length
    this.#check(
      row.readUInt32LE(20) === expected % 2 ** 32,
      `connection ${id} ${way}: position ${row.readUInt32LE(20)} instead of ${expected}`,
    )
    this.#check(bytes.length > 0, `connection ${id}: a row without bytes`)
    const flags = row.readUInt8(25)
    this.#check(flags === 1 || (flags === 0 && !of.isTls), `connection ${id}: flags ${flags}`)
    of.bytes[way].push(Buffer.from(bytes))
  }

  /** @param {number} id @param {Event} event */
  #event(id, event) {
    if (event.event === 'thread') {
      this.#check(id === 0 && this.thread.event === undefined, 'a second thread')
      this.thread.event = event
    } else if (event.event === 'open') {
      this.#check(id === this.thread.connections.size + 1, `connection ${id} opens out of order`)
      const before = { in: Number(event['in'] ?? 0), out: Number(event['out'] ?? 0) }
      this.thread.connections.set(id, {
        events: [event],
        bytes: { in: [], out: [] },
        total: before,
        lost: { in: 0, out: 0 },
        isTls: false,
        unseen: undefined,
      })
    } else {
      const of = this.#find(id, event.event)
      if (of === undefined) return
      of.events.push(event)
      if (event.event === 'tls') of.isTls = true
      if (event.event === 'unseen') of.unseen = String(event['why'])
      if (event.event === 'close') this.#close(id, of, event)
    }
  }

  /** @param {number} id @param {Event} lost */
  #lost(id, lost) {
    if (id === 0) {
      this.thread.missed.connections += Number(lost['connections'])
      this.thread.missed.in += Number(lost['in'])
      this.thread.missed.out += Number(lost['out'])
      return
    }
    const of = this.#find(id, 'lost')
    if (of === undefined) return
    for (const way of /** @type {const} */ (['in', 'out'])) {
      of.lost[way] += Number(lost[way])
      of.total[way] += Number(lost[way])
    }
  }

  /** Captured and lost are what the socket itself counted. @param {number} id @param {Conversation} of @param {Event} close */
  #close(id, of, close) {
    for (const [way, counter] of /** @type {const} */ ([
      ['in', 'bytesRead'],
      ['out', 'bytesWritten'],
    ])) {
      const total = of.total[way]
      if (of.unseen !== undefined || total === close[counter]) continue
      this.problems.push(
        `connection ${id}: ${counter} ${String(close[counter])}, and ${total} came or was lost`,
      )
    }
  }

  /** @param {number} id @param {string} what */
  #find(id, what) {
    const of = this.thread.connections.get(id)
    this.#check(of !== undefined, `${what} of connection ${id}, which is not open`)
    const isOver = of?.events.some(({ event }) => event === 'close') ?? false
    this.#check(!isOver, `${what} of connection ${id} after its close`)
    return of
  }

  /** @param {boolean} isRight @param {string} problem */
  #check(isRight, problem) {
    if (!isRight) this.problems.push(problem)
  }
}

/** @param {readonly Buffer[]} parts */
export function sizeOf(parts) {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

/**
 * Listens for taps.
 *
 * @param {string} path of the Unix socket
 * @param {{ pace?: (socket: import('node:net').Socket, take: () => void) => void, pipes?: number }} [options] when it
 *   reads, which is at once without `pace`, and how many named pipes are beside the socket
 */
export async function collect(path, { pace = (_socket, take) => take(), pipes = 0 } = {}) {
  /** @type {ThreadReader[]} */
  const readers = []
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  /** @param {import('node:net').Socket} socket */
  const begin = (socket) => {
    const reader = new ThreadReader()
    readers.push(reader)
    sockets.add(socket)
    const take = () => {
      socket.on('data', (chunk) => reader.read(chunk))
    }
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    pace(socket, take)
  }
  const server = createServer(begin)
  await new Promise((resolve) => server.listen(path, () => resolve(undefined)))
  const free = makePipes(path, pipes, begin)
  return {
    readers,
    sockets,
    /** Waits until all that was sent is read. */
    async drained() {
      while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    },
    close() {
      for (const [name, close] of free) {
        rmSync(name, { force: true })
        close()
      }
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve(undefined)))
    },
  }
}

/**
 * @param {string} path @param {number} count @param {(pipe: Socket) => void} begin called with each that a thread takes
 * @returns {Map<string, () => void>} those that none has taken, and how each is closed
 */
function makePipes(path, count, begin) {
  const names = Array.from({ length: count }, (_, index) => `${path}-pipe-${index}`)
  if (count > 0) spawnSync('mkfifo', names)
  /** @type {Map<string, () => void>} */
  const free = new Map()
  for (const name of names) {
    const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
    const pipe = new Socket({ fd, readable: true, writable: false })
    // What came is put back, so that whoever reads it at a pace of its own gets it.
    pipe.once('readable', () => {
      free.delete(name)
      begin(pipe)
    })
    free.set(name, () => {
      pipe.destroy()
    })
  }
  return free
}
