import { duplexFraming, type Framing, jsonLines, lines } from 'hawser'

/** One line of a log, and its number. */
export interface Entry {
  readonly id: number
  readonly text: string
}

/** All entries up to this one, of this connection, are stored. */
export interface Stored {
  readonly stored: number
}

const maxFrame = 256 * 1024

/** What a collector reads: a batch on each line. It is checked, because it comes from other machines. */
export const batches: Framing<readonly Entry[], Stored> = jsonLines<readonly Entry[], Stored>({
  maxFrame,
  unterminated: 'reject',
  schema: {
    '~standard': {
      version: 1,
      vendor: 'hawser',
      validate: (value) =>
        Array.isArray(value) && value.length > 0 && value.every(isEntry)
          ? { value: value.map(({ id, text }) => ({ id, text })) }
          : { issues: [{ message: 'a batch has entries, each with an id and a text' }] },
    },
  },
})

function isEntry(value: unknown): value is Entry {
  const { id, text } = (value ?? {}) as Partial<Entry>
  return Number.isSafeInteger(id) && typeof text === 'string'
}

/**
 * What a shipper reads, and what it sends: a batch as JSON already. So it is turned into text once,
 * however often it is sent, and what waits in memory is as large as it looks.
 */
export const acknowledgements: Framing<Stored, string> = duplexFraming({
  receive: jsonLines<Stored>({ maxFrame: 1024, unterminated: 'reject' }),
  send: lines({ maxFrame }),
})
