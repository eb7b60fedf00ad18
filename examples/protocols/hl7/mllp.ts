// HL7 messages in the frames of MLLP: VT, the message, FS, CR.
// HL7 Version 2.5 section 2.9 (acknowledgements); the MLLP Transport Specification, release 1
import { delimited, type Framing, mapFraming } from 'hawser'

/**
 * Messages as text. What lies between frames is skipped and counted in `connection.skipped`: many
 * senders add a line feed behind each, and some begin with the end of a frame that broke off.
 */
export function mllp(
  encoding: 'utf8' | 'latin1' = 'utf8',
  maxFrame = 1024 * 1024,
): Framing<string, string> {
  const frames = delimited('\x1c\r', { start: '\v', between: 'skip', maxFrame })
  return mapFraming(frames, {
    decode(bytes) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding)
      // The frame before broke off, or the marks are not where they should be.
      if (hasMark(text)) throw new RangeError('a message has no VT and no FS in it')
      return text
    },
    encode(text: string) {
      if (hasMark(text)) throw new RangeError('a message has no VT and no FS in it')
      return Buffer.from(text, encoding)
    },
  })
}

function hasMark(text: string): boolean {
  return text.includes('\v') || text.includes('\x1c')
}

/** What the first segment says, as far as an acknowledgement needs it. */
export interface Header {
  /** Between fields, and inside them: `|` and `^~\&` nearly always. */
  readonly separator: string
  readonly encoding: string
  readonly sender: readonly [application: string, facility: string]
  readonly receiver: readonly [application: string, facility: string]
  /** `ADT^A01`, `ORU^R01`, … */
  readonly type: string
  /** By which the acknowledgement says which message it is for. */
  readonly controlId: string
  readonly version: string
}

/** @throws RangeError when the text is no HL7 message */
export function readHeader(text: string): Header {
  const separator = text[3] ?? ''
  if (!text.startsWith('MSH') || separator === '' || /[\w\s]/.test(separator))
    throw new RangeError('a message begins with MSH and a separator')
  const [, encoding = '', ...fields] = (text.split('\r', 1)[0] ?? '').split(separator)
  const field = (number: number): string => fields[number - 3] ?? ''
  if (field(10) === '') throw new RangeError('a message has a control id in MSH-10')
  return {
    separator,
    encoding,
    sender: [field(3), field(4)],
    receiver: [field(5), field(6)],
    type: field(9),
    controlId: field(10),
    version: field(12),
  }
}

/** AA: taken. AE: it failed, and may be sent again. AR: refused, and sending it again is of no use. */
export type AckCode = 'AA' | 'AE' | 'AR'

/** What a receiver replies. */
export function makeAck(header: Header | undefined, code: AckCode, text = ''): string {
  const { separator = '|', encoding = '^~\\&' } = header ?? {}
  const { sender = ['', ''], receiver = ['', ''] } = header ?? {}
  const { type = '', controlId = '', version = '2.5' } = header ?? {}
  const time = new Date().toISOString().replaceAll(/[-:T]|\..*/g, '')
  const [, event] = type.split(encoding[0] ?? '^')
  const ack = event === undefined ? 'ACK' : `ACK${encoding[0]}${event}`
  // The sender of the message is the receiver of its acknowledgement.
  const parties = [...receiver, ...sender]
  const first = ['MSH', encoding, ...parties, time, '', ack, controlId, 'P', version]
  // Anything else would end the segment or the frame early.
  const words = text.replaceAll(/\p{Cc}/gu, '').replaceAll(separator, '')
  return `${first.join(separator)}\r${['MSA', code, controlId, words].join(separator)}\r`
}

/** @throws RangeError when the text is no acknowledgement */
export function readAck(text: string): { code: string; controlId: string; text: string } {
  const { separator } = readHeader(text)
  const segment = text.split('\r').find((each) => each.startsWith(`MSA${separator}`))
  if (segment === undefined) throw new RangeError('an acknowledgement has a segment MSA')
  const [, code = '', controlId = '', words = ''] = segment.split(separator)
  return { code, controlId, text: words }
}
