/** What the load sends over and over, and what has to come back for it. */
export interface Traffic {
  /** How many frames there are before they repeat. */
  readonly frames: number
  /** The bytes of all frames. */
  readonly size: number
  /** Where each frame ends, from the beginning of the first. */
  readonly ends: Uint32Array
  /** The frames twice in a row, so that a slice across the place where they repeat is one piece. */
  readonly sent: Buffer
  /** The right answer, as long as `sent`. */
  readonly expected: Buffer
}

/**
 * `lines`: 20–200 bytes of text with a newline. `short`: lines of 64 bytes. `length`: the text of
 * `lines` behind four bytes of length, big-endian. `kilobyte`: lines of 1 KiB. `chunks`: pieces of
 * 64 KiB with no structure; `chunks-2k` and `chunks-64`: of 2 KiB and of 64 bytes. `http`: a GET, and the reply to it.
 */
export type TrafficKind =
  | 'lines'
  | 'short'
  | 'length'
  | 'kilobyte'
  | 'chunks'
  | 'chunks-2k'
  | 'chunks-64'
  | 'http'

/** Frames before they repeat: no read brings more than all of them, which are 64 KiB or more. */
const counts: Readonly<Record<TrafficKind, number>> = {
  lines: 1021,
  short: 1031,
  length: 1021,
  kilobyte: 128,
  chunks: 16,
  'chunks-2k': 64,
  'chunks-64': 1031,
  http: 512,
}

/** The kinds whose frames are all of one size, which includes the newline of those that have one. */
const sizes: Readonly<Partial<Record<TrafficKind, number>>> = {
  short: 64,
  kilobyte: 1024,
  chunks: 64 * 1024,
  'chunks-2k': 2 * 1024,
  'chunks-64': 64,
}

/** Whether the server answers in upper case or sends back what it got. */
export type Answer = 'upper' | 'same'

/** What node:http replies to a GET without a `Date`, and a request that is as long. */
const hello = makeHello()

const letters = 'etaoin shrdlu cmfwyp vbgkjq xz ETAOIN SHRDLU 0123456789 .,;:-'

/** Make the traffic of a kind: the same bytes in every process and every run. */
export function makeTraffic(kind: TrafficKind, answer: Answer): Traffic {
  const random = makeRandom(0x5eed)
  const frames: Buffer[] = []
  const answers: Buffer[] = []
  const count = counts[kind]
  for (let i = 0; i < count; i++) {
    const frame = makeFrame(kind, random)
    frames.push(frame)
    answers.push(makeAnswer(kind, answer, frame))
  }
  const ends = new Uint32Array(count)
  let size = 0
  for (const [i, frame] of frames.entries()) ends[i] = size += frame.length
  return {
    frames: count,
    size,
    ends,
    sent: Buffer.concat([...frames, ...frames]),
    expected: Buffer.concat([...answers, ...answers]),
  }
}

function makeFrame(kind: TrafficKind, random: () => number): Buffer {
  if (kind === 'http') return hello.request
  const size = sizes[kind]
  if (size !== undefined) {
    const text = isChunks(kind) ? makeText(size, random) : `${makeText(size - 1, random)}\n`
    return Buffer.from(text, 'latin1')
  }
  const text = makeText(20 + Math.floor(random() * 181), random)
  if (kind === 'lines') return Buffer.from(`${text}\n`, 'latin1')
  const frame = Buffer.alloc(4 + text.length, text)
  frame.writeUInt32BE(text.length)
  frame.write(text, 4, 'latin1')
  return frame
}

function makeAnswer(kind: TrafficKind, answer: Answer, frame: Buffer): Buffer {
  if (kind === 'http') return hello.reply
  return answer === 'same' ? frame : upperCase(frame, kind === 'length' ? 4 : 0)
}

/** Whether the pieces of a kind have no structure, so that there is no place to cut them at. */
export function isChunks(kind: TrafficKind): boolean {
  return kind.startsWith('chunks')
}

function makeHello(): { readonly request: Buffer; readonly reply: Buffer } {
  const reply = [
    'HTTP/1.1 200 OK',
    'Content-Type: text/plain',
    'Content-Length: 6',
    'Connection: keep-alive',
    'Keep-Alive: timeout=5',
    '',
    'hello\n',
  ].join('\r\n')
  const lines = (agent: string): string =>
    `GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${agent}\r\n\r\n`
  const agent = 'bench'.padEnd(reply.length - lines('').length, '-')
  return { request: Buffer.from(lines(agent)), reply: Buffer.from(reply) }
}

function makeText(length: number, random: () => number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += letters.charAt(Math.floor(random() * letters.length))
  return text
}

function upperCase(frame: Buffer, header: number): Buffer {
  const text = frame.toString('latin1', header).toUpperCase()
  return Buffer.concat([frame.subarray(0, header), Buffer.from(text, 'latin1')])
}

/** A small generator with a fixed seed (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
