import { Buffer } from 'node:buffer'
import { createHash, type X509Certificate } from 'node:crypto'
import { invalid } from '../../options/invalid.js'

/** SHA-256, in bytes. */
const digestLength = 32

/** Public keys that a server may have, each as the SHA-256 of its SubjectPublicKeyInfo. */
export class Pins {
  readonly #digests: readonly Buffer[]

  /** @throws OptionError when one is no pin */
  constructor(pins: readonly string[]) {
    if (!Array.isArray(pins) || pins.length === 0) {
      throw invalid('tls.pins', 'is empty: it takes one pin or more, or leave it out')
    }
    this.#digests = pins.map(parse)
  }

  /** Whether the certificate's key is one of them. */
  match(certificate: X509Certificate): boolean {
    const digest = digestOf(certificate)
    return this.#digests.some((pinned) => pinned.equals(digest))
  }
}

/** The pin of a certificate, as RFC 7469 computes and curl writes it. */
export function pinOf(certificate: X509Certificate): string {
  return `sha256//${digestOf(certificate).toString('base64')}`
}

function digestOf({ publicKey }: X509Certificate): Buffer {
  const key = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest()
}

function parse(pin: string): Buffer {
  const text = typeof pin === 'string' ? pin.replace(/^sha256\/\//, '') : ''
  const digest = Buffer.from(text, 'base64')
  if (digest.length === digestLength && digest.toString('base64') === text) return digest
  throw invalid(
    'tls.pins',
    `has ${JSON.stringify(pin)}: a pin is the SHA-256 of a public key in base64, ` +
      "44 characters, with 'sha256//' before it or not",
  )
}
