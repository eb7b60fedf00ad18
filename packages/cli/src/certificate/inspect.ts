import { createPrivateKey, X509Certificate } from 'node:crypto'
import { canonicalAddress } from './ip-octets.js'

/** What a certificate says of itself. */
export interface Inspected {
  /** DNS names and IP addresses. */
  readonly names: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  /** SHA-256, in pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string
}

/** @returns undefined for what is no certificate, such as a file that was written half */
export function inspectCertificate(pem: string): Inspected | undefined {
  const certificate = parse(pem)
  if (certificate === undefined) return undefined
  return {
    names: listNames(certificate.subjectAltName ?? ''),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
  }
}

/** Whether the key is one, and the certificate's. */
export function isPair(certificate: string, key: string): boolean {
  try {
    return parse(certificate)?.checkPrivateKey(createPrivateKey(key)) === true
  } catch {
    return false
  }
}

/** Whether a certificate can be made for it: a key on the curve P-256. */
export function isUsableKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem)
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function listNames(subjectAltName: string): string[] {
  return subjectAltName
    .split(', ')
    .map((entry) => {
      const colon = entry.indexOf(':')
      const name = entry.slice(colon + 1)
      return entry.startsWith('IP ') ? canonicalAddress(name) : name
    })
    .filter((name) => name !== '')
}
