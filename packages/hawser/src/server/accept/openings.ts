import type { SocketTransport } from '../../socket/socket-transport.js'

/**
 * Connections between accept and their first message: their TLS handshake is under way, say. They
 * count, and only their peers know of them so far.
 */
export class Openings {
  readonly #transports = new Set<SocketTransport>()
  #ended: (() => void) | undefined

  /** How many there are. */
  get size(): number {
    return this.#transports.size
  }

  /**
   * Let one come about.
   *
   * @param open what has to be done
   * @throws what `open` throws; then the transport is closed
   */
  async begin(transport: SocketTransport, open: () => Promise<void>): Promise<void> {
    this.#transports.add(transport)
    try {
      await open()
    } catch (error) {
      // Under TLS 1.3 the peer was done first, and would take our FIN for an orderly end.
      if (isVerdict(error)) transport.reset()
      else transport.close()
      throw error
    } finally {
      this.#transports.delete(transport)
      if (this.size === 0) this.#ended?.()
    }
  }

  /** Close them all: nothing was said on any of them. Fulfils when they are gone. */
  end(): Promise<void> {
    for (const transport of this.#transports) transport.close()
    return this.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#ended = resolve
        })
  }
}

function isVerdict(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'HAWSER_TLS_CERTIFICATE_INVALID'
}
