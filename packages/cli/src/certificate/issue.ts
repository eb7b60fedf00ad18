import { randomBytes, type webcrypto } from 'node:crypto'
import { BitString, Integer, OctetString, type Sequence, Utf8String } from 'asn1js'
import {
  AltName,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ExtKeyUsage,
  Extension,
  GeneralName,
} from 'pkijs'
import { ipOctets } from './ip-octets.js'

/** A certificate and the key that belongs to it, as PEM text. */
export interface Pair {
  readonly certificate: string
  readonly key: string
}

/** What a certificate says. */
export interface CertificateWish {
  /** DNS names and IP addresses. */
  readonly names: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  /** PKCS#8 as PEM text: the key to certify. Default: a new one. */
  readonly key?: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const commonName = 'Hawser development certificate'
/** RFC 5280, section 4.2, and appendix A.1. */
const oid = {
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

/**
 * Make a self-signed certificate. It is nobody's authority (`CA:FALSE`): whoever trusts it trusts
 * these names, and nothing that its key could sign.
 */
export async function issueCertificate(wish: CertificateWish): Promise<Pair> {
  const keys = wish.key === undefined ? await generateKeys() : await importKeys(wish.key)
  const certificate = new Certificate()
  certificate.version = 2
  certificate.serialNumber = createSerialNumber()
  for (const name of [certificate.subject, certificate.issuer]) {
    const value = new Utf8String({ value: commonName })
    name.typesAndValues.push(new AttributeTypeAndValue({ type: oid.commonName, value }))
  }
  certificate.notBefore.value = wish.notBefore
  certificate.notAfter.value = wish.notAfter
  certificate.extensions = createExtensions(wish.names)
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  await certificate.sign(keys.privateKey, 'SHA-256')
  return {
    certificate: toPem('CERTIFICATE', certificate.toSchema().toBER()),
    key: wish.key ?? toPem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
  }
}

type Keys = Pick<webcrypto.CryptoKeyPair, 'publicKey' | 'privateKey'>

function generateKeys(): Promise<Keys> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function importKeys(pem: string): Promise<Keys> {
  const { subtle } = crypto
  const pkcs8 = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
  const privateKey = await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign'])
  const { kty, crv, x, y } = await subtle.exportKey('jwk', privateKey)
  const half = { kty, crv, x, y } as webcrypto.JsonWebKey
  const publicKey = await subtle.importKey('jwk', half, algorithm, true, ['verify'])
  return { privateKey, publicKey }
}

/** RFC 5280, section 4.1.2.2: positive, at most 20 octets, and never twice from one issuer. */
function createSerialNumber(): Integer {
  const octets = Uint8Array.from(randomBytes(16))
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40
  return new Integer({ valueHex: octets.buffer })
}

function createExtensions(names: readonly string[]): Extension[] {
  const altName = new AltName({ altNames: names.map(createGeneralName) })
  const usage = new ExtKeyUsage({ keyPurposes: [oid.serverAuth] })
  // Bit 0 alone: digitalSignature, which is all that ECDHE needs of the key.
  const digitalSignature = new BitString({ valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 })
  return [
    extension(oid.basicConstraints, new BasicConstraints({ cA: false }).toSchema(), true),
    extension(oid.keyUsage, digitalSignature, true),
    extension(oid.extKeyUsage, usage.toSchema(), false),
    extension(oid.subjectAltName, altName.toSchema(), false),
  ]
}

function extension(extnID: string, value: Sequence | BitString, critical: boolean): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() })
}

/** RFC 5280, section 4.2.1.6: dNSName is [2], iPAddress is [7]. */
function createGeneralName(name: string): GeneralName {
  const octets = ipOctets(name)
  if (octets === undefined) return new GeneralName({ type: 2, value: name })
  return new GeneralName({ type: 7, value: new OctetString({ valueHex: octets.buffer }) })
}

function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
