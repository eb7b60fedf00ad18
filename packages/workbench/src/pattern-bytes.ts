import { Buffer } from 'node:buffer'
import { encodeText } from './protocol/text/encode-text.js'
import type { Encoding } from './protocol/text/encoding.js'
import { WorkbenchError } from './workbench-error.js'

/**
 * The bytes that a text or digits of hex stand for.
 *
 * @throws WorkbenchError for what is no hex, and for a text that the encoding does not have
 */
export function patternBytes(
  pattern:
    | { readonly as: 'text'; readonly text: string; readonly encoding?: Encoding | undefined }
    | { readonly as: 'hex'; readonly hex: string },
): Buffer {
  if (pattern.as === 'text') {
    const { text, encoding = 'utf-8' } = pattern
    const bytes = encodeText(text, encoding)
    if (bytes !== undefined) return Buffer.from(bytes)
    throw new WorkbenchError(
      'WORKBENCH_INVALID',
      `${text.slice(0, 40)} has a character that ${encoding} does not have: choose another encoding`,
    )
  }
  const digits = pattern.hex.replaceAll(/0x|[\s,:]/gi, '')
  if (/^(?:[0-9a-f]{2})+$/i.test(digits)) return Buffer.from(digits, 'hex')
  throw new WorkbenchError(
    'WORKBENCH_INVALID',
    `${pattern.hex.slice(0, 40)} is no hex: write two digits a byte, such as 0d 0a`,
  )
}
