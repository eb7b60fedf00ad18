import { answerRequests } from '../control.js'
import { readCpu } from './measured.js'

/** What a collector replies: up to which entry it has stored all. */
export interface Stored {
  readonly stored: number
}

/** Sends one line; fulfils when the collector has stored it, and perhaps others behind it. */
export type Ship = (text: string) => Promise<Stored>

/** How many lines, and how many of them unacknowledged at a time. */
interface Load {
  readonly inFlight: number
  readonly lines: number
}

const line = '10.0.0.17 GET /ships/4711 200 1843 12ms'

/** Let the harness measure a shipper: `dial` connects it to a port, `ship` has it ship lines and compare. */
export function serveShipper(dial: (port: number) => Promise<Ship>): void {
  let ship: Ship | undefined
  let shipped = 0

  answerRequests(
    {
      cpu: readCpu,
      dial: async (port) => {
        ship = await dial(port as number)
      },
      ship: async (argument) => {
        const { inFlight, lines } = argument as Load
        if (ship === undefined) throw new Error('the shipper is not connected')
        const send = ship
        const end = shipped + lines
        const worker = async (): Promise<void> => {
          while (shipped < end) {
            shipped += 1
            const id = shipped
            const { stored } = await send(line)
            if (!(stored >= id && stored <= shipped)) throw new Error(`${stored} for line ${id}`)
          }
        }
        await Promise.all(Array.from({ length: inFlight }, worker))
      },
    },
    0,
  )
}
