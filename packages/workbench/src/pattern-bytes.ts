import { Buffer } from 'node:buffer'
import { WorkbenchError } from './workbench-error.js'

/**
 * The bytes that a text or digits of hex stand for.
 *
 * @throws WorkbenchError for what is no hex
 */
export function patternBytes(
  pattern:
    | { readonly as: 'text'; readonly text: string }
    | { readonly as: 'hex'; readonly hex: string },
): Buffer {
  if (pattern.as === 'text') return Buffer.from(pattern.text)
  const digits = pattern.hex.replaceAll(/0x|[\s,:]/gi, '')
  if (/^(?:[0-9a-f]{2})+$/i.test(digits)) return Buffer.from(digits, 'hex')
  throw new WorkbenchError(
    'WORKBENCH_INVALID',
    `${pattern.hex.slice(0, 40)} is no hex: write two digits a byte, such as 0d 0a`,
  )
}
