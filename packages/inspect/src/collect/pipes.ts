import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import process from 'node:process'
import { promisify } from 'node:util'
import { lifePath, pipePrefix } from '../wire/layout.js'

/** As many wait for a thread, and are made again once so few do. */
const most = 32
const few = 24

/**
 * Named pipes beside the inspector's socket, each for one thread. A thread prefers one: it is opened by a single call,
 * where to connect a socket is a request that the program could see. Where pipes cannot be made there are none.
 */
export class Pipes {
  readonly #prefix: string
  readonly #life: string
  /** Its descriptor, as long as this process lives. */
  #lifeline: number | undefined
  #made = 0
  #waiting = 0
  #isMaking = false
  #isOver = false

  readonly #onPipe: (pipe: Socket) => void

  /**
   * @param socket the path that they are beside
   * @param onPipe called with each, which is read from then on
   */
  constructor(socket: string, onPipe: (pipe: Socket) => void) {
    this.#prefix = pipePrefix(socket)
    this.#life = lifePath(socket)
    this.#onPipe = onPipe
  }

  /** A thread has taken one. */
  taken(): void {
    this.#waiting -= 1
    if (this.#waiting < few) void this.make()
  }

  /** Make the first, and the one by which a thread finds out that the inspector has died: it has no reader then. */
  async begin(): Promise<void> {
    if (await mkfifo([this.#life])) this.#lifeline = openToRead(this.#life)
    await this.make()
  }

  /** Make as many as shall wait. */
  async make(): Promise<void> {
    if (this.#isMaking || this.#isOver) return
    this.#isMaking = true
    const paths = Array.from({ length: most - this.#waiting }, () => {
      this.#made += 1
      return `${this.#prefix}${this.#made}`
    })
    const isMade = await mkfifo(paths)
    this.#isMaking = false
    if (!isMade || this.#isOver) return
    for (const path of paths) this.#open(path)
  }

  close(): void {
    this.#isOver = true
    if (this.#lifeline !== undefined) closeSync(this.#lifeline)
    this.#lifeline = undefined
  }

  #open(path: string): void {
    const fd = openToRead(path)
    if (fd === undefined) return
    try {
      const pipe = new Socket({ fd, readable: true, writable: false })
      this.#waiting += 1
      this.#onPipe(pipe)
    } catch {
      closeSync(fd)
    }
  }
}

/** @returns its descriptor; without any left, threads use the socket */
function openToRead(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

const run = promisify(execFile)

/** @returns whether they were made, readable and writable for this user alone */
async function mkfifo(paths: readonly string[]): Promise<boolean> {
  if (process.platform === 'win32') return false
  try {
    await run('mkfifo', ['-m', '600', ...paths])
    return true
  } catch {
    return false
  }
}
