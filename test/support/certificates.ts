import { randomBytes, webcrypto } from 'node:crypto'
import { BitString, Integer, OctetString, type Sequence, Utf8String } from 'asn1js'
import {
  AltName,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
} from 'pkijs'

/** A certificate and its key, as PEM text. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** What a certificate says. */
export interface Wish {
  /** The common name. */
  readonly name: string
  /** DNS names and IPv4 addresses; without them it is a client's. */
  readonly names?: readonly string[]
  /** Days from now, negative for the past. Default −1. */
  readonly from?: number
  /** Default 30. */
  readonly until?: number
}

/** Issues certificates that are made anew for each run and never written to a file. */
export interface Authority {
  /** Its own certificate, as PEM text: what somebody who trusts it is given. */
  readonly cert: string
  /** Of one that another vouches for, its own certificate follows. */
  issue(wish: Wish): Promise<Pair>
  /** Vouch for another authority. */
  vouchFor(name: string): Promise<Authority>
}

const day = 86_400_000
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
/** RFC 5280, section 4.2, and appendix A.1. */
const oid = {
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  altName: '2.5.29.17',
  constraints: '2.5.29.19',
  extendedUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

/** A certificate authority of this name. */
export function createAuthority(name: string): Promise<Authority> {
  return makeAuthority(name)
}

async function makeAuthority(name: string, voucher?: Issuer): Promise<Authority> {
  const keys = await generateKeys()
  const self = { keys, name }
  const cert = await sign(voucher ?? self, { name }, keys, [
    extension(oid.constraints, new BasicConstraints({ cA: true }).toSchema(), true),
    // keyCertSign and cRLSign.
    extension(oid.keyUsage, bits(0x06, 1), true),
  ])
  return {
    cert,
    async issue(wish) {
      const own = await generateKeys()
      const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey)
      const issued = await sign(self, wish, own, leafExtensions(wish.names))
      return {
        cert: voucher === undefined ? issued : issued + cert,
        key: toPem('PRIVATE KEY', key),
      }
    },
    vouchFor: (other) => makeAuthority(other, self),
  }
}

interface Issuer {
  readonly keys: webcrypto.CryptoKeyPair
  readonly name: string
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function sign(
  issuer: Issuer,
  { name, from = -1, until = 30 }: Wish,
  keys: webcrypto.CryptoKeyPair,
  extensions: Extension[],
): Promise<string> {
  const certificate = new Certificate()
  certificate.version = 2
  certificate.serialNumber = new Integer({ value: randomBytes(4).readUInt32BE() >>> 1 })
  certificate.subject.typesAndValues.push(commonName(name))
  certificate.issuer.typesAndValues.push(commonName(issuer.name))
  certificate.notBefore.value = new Date(Date.now() + from * day)
  certificate.notAfter.value = new Date(Date.now() + until * day)
  certificate.extensions = extensions
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  await certificate.sign(issuer.keys.privateKey, 'SHA-256')
  return toPem('CERTIFICATE', certificate.toSchema().toBER())
}

function leafExtensions(names: readonly string[] | undefined): Extension[] {
  const purpose = names === undefined ? oid.clientAuth : oid.serverAuth
  const shared = [
    extension(oid.constraints, new BasicConstraints({ cA: false }).toSchema(), true),
    // digitalSignature.
    extension(oid.keyUsage, bits(0x80, 7), true),
    extension(oid.extendedUsage, new ExtKeyUsage({ keyPurposes: [purpose] }).toSchema(), false),
  ]
  if (names === undefined) return shared
  const altName = new AltName({ altNames: names.map(generalName) })
  return [...shared, extension(oid.altName, altName.toSchema(), false)]
}

function commonName(value: string): AttributeTypeAndValue {
  return new AttributeTypeAndValue({ type: oid.commonName, value: new Utf8String({ value }) })
}

function generalName(name: string): GeneralName {
  if (!/^[\d.]+$/.test(name)) return new GeneralName({ type: 2, value: name })
  const { buffer } = Uint8Array.from(name.split('.').map(Number))
  return new GeneralName({ type: 7, value: new OctetString({ valueHex: buffer }) })
}

function bits(octet: number, unusedBits: number): BitString {
  return new BitString({ valueHex: Uint8Array.of(octet).buffer, unusedBits })
}

function extension(extnID: string, value: Sequence | BitString, critical: boolean): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() })
}

function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
