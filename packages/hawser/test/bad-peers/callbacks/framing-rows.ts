import {
  connect,
  type Decoder,
  type Encoder,
  framing,
  type Framing,
  type FramingDefinition,
  jsonLines,
  lengthPrefixed,
  lines,
  mapFraming,
  sniff,
} from 'hawser'
import { open, placeOf, type Row, type Rows, told, type Fail, thrown } from './walk.js'

const ignored = (): void => undefined

/** Messages are what arrives, up to its end. */
const decoder = (): Decoder<string> => ({
  decode: (bytes, emit) => {
    emit(String(bytes), bytes.length)
    return bytes.length
  },
})

const encoder = (): Encoder<string> => ({ encode: (message, output) => output.text(message) })

function own(parts: Partial<FramingDefinition<string>>): Framing<string> {
  return framing({ name: 'own', maxFrame: 1_000, decoder, encoder, ...parts })
}

/**
 * A connection of a server that reads by a framing with this that fails: why it ended.
 *
 * @param isEnding the client ends its direction by itself
 */
function decoded(make: (fail: Fail) => Framing<string>, isEnding = true): Row['run'] {
  return async (fail, tell) => {
    const server = await open(
      ignored,
      { framing: make(fail) },
      {
        message: ignored,
        close: (_connection, { error }) => tell(error),
      },
    )
    const client = await connect(placeOf(server), { framing: lines() })
    await client.send('hello')
    if (isEnding) await client.end()
    await client.closed
    await server.close({ drain: 0 })
  }
}

/** What `send` of a client with this that fails rejects with. */
function encoded(make: (fail: Fail) => Framing<string>): Row['run'] {
  return async (fail, tell) => {
    const server = await open(ignored)
    try {
      const client = await connect(placeOf(server), { framing: make(fail) })
      // Nothing waits for the first, which must not end the process either.
      void client.send('hello')
      await client.send('hello').catch(tell)
      client.reset()
    } catch (error) {
      tell(error)
    }
    await server.close({ drain: 0 })
  }
}

const brokenDecoder = ['HAWSER_FRAME_MALFORMED', 'HAWSER_DECODER_INVALID'] as const

export const framingRows: Rows = {
  'FramingDefinition.decoder': told(
    decoded((fail) => own({ decoder: fail })),
    ...brokenDecoder,
  ),
  'Framing.createDecoder': told(
    decoded((fail) => ({ ...own({}), createDecoder: fail })),
    ...brokenDecoder,
  ),
  'Framing.createDecoder behind isPong': told(
    async (fail, tell) => {
      const server = await open(
        ignored,
        {
          framing: own({ decoder: fail }),
          heartbeat: { ping: 'ping', isPong: () => false },
        },
        { message: ignored, close: (_connection, { error }) => tell(error) },
      )
      const client = await connect(placeOf(server), { framing: lines() })
      await client.send('hello')
      await client.end()
      await client.closed
      await server.close({ drain: 0 })
    },
    ...brokenDecoder,
  ),
  'Decoder.decode': told(
    decoded((fail) => own({ decoder: () => ({ decode: fail }) })),
    ...brokenDecoder,
  ),
  'Decoder.end': told(
    decoded((fail) => own({ decoder: () => ({ decode: () => 0, end: fail }) })),
    ...brokenDecoder,
  ),
  'Decoder.quiet': told(
    decoded(
      (fail) => own({ silence: 1, decoder: () => ({ decode: () => 0, quiet: fail }) }),
      false,
    ),
    ...brokenDecoder,
  ),
  'FramingDefinition.encoder': thrown(encoded((fail) => own({ encoder: fail }))),
  'FramingDefinition.encoder of each connection': told(
    encoded((fail) => own({ perConnection: true, encoder: fail })),
    'HAWSER_MESSAGE_INVALID',
  ),
  'Framing.createEncoder': thrown(encoded((fail) => ({ ...own({}), createEncoder: fail }))),
  'Encoder.encode': told(
    encoded((fail) => own({ encoder: () => ({ encode: fail }) })),
    'HAWSER_MESSAGE_INVALID',
  ),
  'Encoder.encode of a broadcast': thrown(async (fail, tell) => {
    const server = await open(
      ignored,
      { framing: own({ encoder: () => ({ encode: fail }) }) },
      {
        open: () => {
          try {
            server.broadcast('all')
          } catch (error) {
            tell(error)
          }
        },
      },
    )
    const client = await connect(placeOf(server))
    await client.end()
    await client.closed
    await server.close({ drain: 0 })
  }),
  'Encoder.encode of a goodbye': told(async (fail, tell) => {
    const goodbye = 'bye'
    await open(ignored, { goodbye, framing: own({ encoder: () => ({ encode: fail }) }) }).catch(
      tell,
    )
  }, 'HAWSER_INVALID_OPTION'),
  'LengthPrefixedOptions.lengthOf': told(
    decoded((fail) =>
      mapFraming(lengthPrefixed({ lengthOf: fail, header: 1 }), { decode: String, encode: String }),
    ),
    'HAWSER_FRAME_MALFORMED',
  ),
  'LengthPrefixedOptions.lengthOf of a message that is sent': told(
    encoded((fail) =>
      mapFraming(lengthPrefixed({ lengthOf: fail, header: 1 }), { decode: String, encode: String }),
    ),
    'HAWSER_MESSAGE_INVALID',
  ),
  'MapFramingOptions.decode': told(
    decoded((fail) => mapFraming(lines(), { decode: fail, encode: (line: string) => line })),
    'HAWSER_FRAME_MALFORMED',
  ),
  'MapFramingOptions.encode': told(
    encoded((fail) => mapFraming(lines(), { decode: (line) => line, encode: fail })),
    'HAWSER_MESSAGE_INVALID',
  ),
  'SniffOptions.choose': told(
    decoded((fail) =>
      mapFraming(sniff({ choose: fail }), { decode: String, encode: String as never }),
    ),
    'HAWSER_FRAME_MALFORMED',
  ),
  'StandardSchema.validate': told(
    decoded((fail) =>
      jsonLines<string>({ schema: { '~standard': { version: 1, vendor: 'own', validate: fail } } }),
    ),
    'HAWSER_FRAME_MALFORMED',
    'HAWSER_INVALID_OPTION',
  ),
}
