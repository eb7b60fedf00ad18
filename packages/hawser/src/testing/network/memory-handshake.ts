import type { LinkSource, LinkTarget } from '../link-ends.js'
import { type Line, makeLinks } from '../memory-pair.js'

/** What travels: its content is never looked at. */
const packet = Uint8Array.of(0)

/** Nothing waits and nothing is refused: one byte always has room, and both ends stay. */
const source: LinkSource = { drained: () => undefined, refused: () => undefined }

/** Takes one packet, whatever the line does to it. */
class PacketTarget implements LinkTarget {
  readonly flowing = true
  readonly writing = false
  readonly gone = false
  readonly #arrived: () => void
  #isDone = false

  constructor(arrived: () => void) {
    this.#arrived = arrived
  }

  deliver(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#arrived()
  }

  /** The line breaks after so many bytes of a connection, and these are none. */
  cut(): void {
    this.deliver()
  }

  deliverEnd(): void {}

  deliverReset(): void {}
}

/**
 * Send one packet over a line, and one back: they take as long as bytes do, and wait while the line is
 * stalled.
 *
 * @param there called at the far end
 * @param back called at this end, if `there` was
 * @returns gives it up; neither is called then
 */
export function shakeHands(line: Line, there: () => void, back: () => void): () => void {
  const { toRight, toLeft, release } = makeLinks({
    ...line,
    forward: { ...line.forward, borrowed: false },
    backward: { ...line.backward, borrowed: false },
  })
  const stop = (): void => {
    release()
    toRight.stop()
    toLeft.stop()
  }
  const atFarEnd = new PacketTarget(() => {
    there()
    toLeft.accept([packet])
  })
  const atThisEnd = new PacketTarget(() => {
    stop()
    back()
  })
  toRight.connect(source, atFarEnd)
  toLeft.connect(source, atThisEnd)
  toRight.accept([packet])
  return stop
}
