import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import {
  attach,
  type ByteStream,
  type Connection,
  createServer,
  type FramingError,
  HawserError,
  type Server,
} from 'hawser'
import type { Block } from './block.js'
import { blocks } from './block-framing.js'
import { createFolder, type SocketFolder } from './folder.js'
import type { InspectionHandler } from './handler.js'
import { Pipes } from './pipes.js'
import { Register } from './register.js'
import { Source } from './source.js'

/** What may be watched at once. */
export interface InspectionLimits {
  /** Threads of processes; further ones are not seen. Default 1,000. */
  readonly threads?: number | undefined
  /** Connections that are open; further ones are counted and not shown. Default 100,000. */
  readonly connections?: number | undefined
}

/** How an inspection is made. */
export interface InspectionOptions extends InspectionLimits {
  /** Whether the frames of HTTP/2 are made visible, which changes a little of how it behaves. */
  readonly http2: boolean
  readonly handler: InspectionHandler
}

/** What a program reports to. */
export interface Inspection {
  /** What the environment of a watched program has. */
  readonly variables: Readonly<Record<'HAWSER_INSPECT' | 'HAWSER_INSPECT_OPTIONS', string>>
  /** Threads that are watched now. */
  readonly threads: number
  /** Connections that were seen so far. */
  readonly connections: number
  /** Connections of which nothing was kept, because too many were open. */
  readonly refused: number
  /** Bytes that threads have sent. */
  readonly received: number
  /**
   * Take what is on its way after the program has ended: until all threads have ended, or none has sent anything for a
   * while.
   */
  drain(): Promise<void>
  /** @returns fulfils when the first thread has said who it is, or when one has before, even if it has ended since */
  anyReported(): Promise<void>
  /** @returns fulfils when the last thread that is watched now has ended */
  allEnded(): Promise<void>
  /** End it, and delete its folder. May be called again. */
  close(): Promise<void>
}

const defaultThreads = 1_000
const defaultConnections = 100_000
/** Milliseconds without a byte after which what is left belongs to programs that go on. */
const quiet = 250
/** Milliseconds that the last bytes may take. */
const patience = 10_000
/** A program may be stopped at any byte, for as long as its user likes. */
const patient = { firstByteTimeout: Infinity, frameTimeout: Infinity, minimumRate: Infinity }

/**
 * Begin to listen for programs, on a Unix socket in a folder that only this user may enter.
 *
 * @returns rejects with what the library says when it cannot listen
 */
export async function startInspection(options: InspectionOptions): Promise<Inspection> {
  const folder = createFolder()
  try {
    const inspection = new ListeningInspection(folder, options)
    await inspection.listen()
    return inspection
  } catch (error) {
    folder.remove()
    throw error
  }
}

type Peer = Connection<Block, never>

class ListeningInspection implements Inspection {
  readonly variables: Inspection['variables']
  readonly #folder: SocketFolder
  readonly #handler: InspectionHandler
  readonly #register: Register
  readonly #sources = new Map<Peer, Source>()
  readonly #server: Server<Block, never>
  readonly #pipes: Pipes
  /** Those that no thread has said anything by. */
  readonly #unused = new Set<Peer>()
  readonly #mostThreads: number
  #closing: Promise<void> | undefined
  #closedBytes = 0
  /** Those who wait for the first thread, and those who wait for the end of the last. */
  readonly #waiting: Record<'first' | 'last', (() => void)[]> = { first: [], last: [] }

  constructor(folder: SocketFolder, options: InspectionOptions) {
    const { http2, handler, threads = defaultThreads, connections = defaultConnections } = options
    this.variables = {
      HAWSER_INSPECT: folder.socket,
      HAWSER_INSPECT_OPTIONS: JSON.stringify({ http2 }),
    }
    this.#folder = folder
    this.#handler = handler
    this.#register = new Register(connections, (most) => {
      handler.trouble(`more than ${most} connections are open: further ones are not shown`)
    })
    this.#mostThreads = threads
    this.#server = createServer<Block, never>(
      {
        framing: blocks,
        maxConnections: threads,
        ...patient,
        onError: (error) => this.#failed(error),
      },
      {
        open: (peer) => void this.#sources.set(peer, new Source(this.#register, handler)),
        message: (peer, block) => this.#take(peer, block),
        close: (peer, { error }) => this.#ended(peer, error),
      },
    )
    this.#server.on('drop', ({ reason }) => this.#dropped(reason))
    this.#pipes = new Pipes(folder.socket, (pipe) => this.#read(pipe))
  }

  get threads(): number {
    return this.#sources.size
  }

  get connections(): number {
    return this.#register.connections
  }

  get refused(): number {
    return this.#register.refused
  }

  get received(): number {
    let sum = this.#closedBytes
    for (const peer of this.#sources.keys()) sum += peer.bytesRead
    return sum
  }

  async listen(): Promise<void> {
    await this.#server.listen(`unix:${this.#folder.socket}`)
    await this.#pipes.begin()
  }

  async drain(): Promise<void> {
    const end = Date.now() + patience
    for (let before = -1; this.#sources.size > 0 && Date.now() < end;) {
      if (this.received === before) return
      before = this.received
      await Promise.race([delay(quiet), this.allEnded()])
      // What has arrived is heard first: it may be this process that was held up.
      await turn()
    }
  }

  anyReported(): Promise<void> {
    if (this.#register.threads > 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.first.push(resolve))
  }

  allEnded(): Promise<void> {
    if (this.#sources.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.last.push(resolve))
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    this.#pipes.close()
    for (const peer of [...this.#unused, ...this.#sources.keys()]) peer.reset()
    await this.#server.close({ drain: 0 })
    this.#folder.remove()
  }

  /** A pipe that waits for a thread is none: it counts from what comes by it. */
  #read(pipe: ByteStream): void {
    const peer = attach<Block, never>(pipe, {
      framing: blocks,
      ...patient,
      handler: {
        message: (from, block) => {
          if (this.#unused.has(from) && !this.#use(from)) return
          this.#take(from, block)
        },
        close: (from, { error }) => {
          if (this.#unused.delete(from)) this.#pipes.taken()
          this.#ended(from, error)
        },
      },
      onError: (error) => this.#failed(error),
    })
    this.#unused.add(peer)
  }

  /** @returns whether the thread that has taken a pipe is shown */
  #use(peer: Peer): boolean {
    this.#unused.delete(peer)
    this.#pipes.taken()
    if (this.#sources.size < this.#mostThreads) {
      this.#sources.set(peer, new Source(this.#register, this.#handler))
      return true
    }
    this.#dropped('max-connections')
    peer.reset()
    return false
  }

  #dropped(reason: string): void {
    this.#handler.trouble(
      `a thread is not shown (${reason}): ${this.#mostThreads} are watched already`,
    )
  }

  /** What does not follow the layout ends its source, and nothing else. */
  #take(peer: Peer, block: Block): void {
    try {
      this.#sources.get(peer)?.take(block)
      if (this.#register.threads > 0) this.#wake('first')
    } catch (error) {
      if (!(error instanceof HawserError)) throw error
      this.#refuse(peer, error as FramingError)
      peer.reset()
    }
  }

  #ended(peer: Peer, error: HawserError | undefined): void {
    const source = this.#sources.get(peer)
    if (source === undefined) return
    if (error?.code.startsWith('HAWSER_FRAME') === true) this.#refuse(peer, error)
    this.#sources.delete(peer)
    this.#closedBytes += peer.bytesRead
    source.end()
    if (this.#sources.size === 0) this.#wake('last')
  }

  #wake(which: 'first' | 'last'): void {
    for (const resolve of this.#waiting[which].splice(0)) resolve()
  }

  #refuse(peer: Peer, error: HawserError): void {
    const thread = this.#sources.get(peer)?.thread
    const who = thread === undefined ? 'a stranger' : `${thread.title} ${thread.pid}`
    if (error.code === 'HAWSER_FRAME_TRUNCATED') {
      this.#handler.trouble(`${who} has ended before it had sent all: its last bytes are not seen`)
      return
    }
    this.#handler.trouble(
      `${who} is not watched any more, since it sent nonsense: ${error.message}`,
    )
  }

  #failed(error: HawserError): void {
    if (error.code.startsWith('HAWSER_FRAME')) return
    this.#handler.trouble(error.message)
  }
}
