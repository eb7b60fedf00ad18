import { guessProtocol, type SeenConnection } from '@hawser/inspect'
import { splitPlace } from './place.js'

/** Bytes of each side that a guess looks at. */
const looked = 64
/** After so many pieces it is not guessed any more. */
const mostPieces = 8

/** What a connection seems to speak, by its first bytes. */
export class Protocol {
  readonly #connection: SeenConnection
  #client = Buffer.alloc(0)
  #server = Buffer.alloc(0)
  #pieces = 0
  #name: string | undefined

  constructor(connection: SeenConnection) {
    this.#connection = connection
  }

  get name(): string | undefined {
    return this.#name
  }

  /** @returns whether it is known by these bytes, and was not before */
  learn(direction: 'in' | 'out', bytes: Uint8Array): boolean {
    if (this.#name !== undefined || this.#pieces >= mostPieces) return false
    this.#pieces++
    const isClient = (direction === 'out') === isOfClient(this.#connection)
    if (isClient) this.#client = append(this.#client, bytes)
    else this.#server = append(this.#server, bytes)
    const { local, remote } = this.#connection
    const place = isOfClient(this.#connection) ? remote : local
    const port = place === undefined ? undefined : splitPlace(place)?.port
    this.#name = guessProtocol({ client: this.#client, server: this.#server, port })
    return this.#name !== undefined
  }
}

function append(before: Buffer, bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.concat([before, bytes.subarray(0, looked - before.length)])
}

/** Whether the program is the side that connected. Of one that was met when it stood, the port of a server is lower. */
export function isOfClient({ role, local, remote }: SeenConnection): boolean {
  if (role !== 'adopt') return role === 'connect'
  const [ours, theirs] = [local, remote].map((place) => splitPlace(place ?? '')?.port ?? 0)
  return (ours ?? 0) > (theirs ?? 0)
}
