import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { OptionError } from '../../errors.js'
import { invalid } from '../../options/invalid.js'
import type { TlsIdentity, TlsMaterial } from '../../tls.js'
import { describeLack, isEncryptedKey, type PemKind } from './pem.js'

/** What a context takes beside who one is. */
export interface ContextOptions extends Pick<
  SecureContextOptions,
  'minVersion' | 'secureOptions' | 'sessionIdContext'
> {
  /** What of Node.js's own comes first. */
  readonly node: Readonly<Record<string, unknown>>
}

/**
 * Make a context of keys and certificates, reading the files among them.
 *
 * @param where what is said of it in errors: `tls`, or `tls.sni['a.example']`
 * @throws OptionError when a file cannot be read, or the parts do not fit together
 */
export function createContext(
  where: string,
  { key, cert, passphrase, ca }: TlsIdentity,
  { node, ...options }: ContextOptions,
): SecureContext {
  if ((key === undefined) !== (cert === undefined)) {
    const [given, missing] = key === undefined ? ['cert', 'key'] : ['key', 'cert']
    throw invalid(where, `has a ${given} and no ${missing}: pass both, or neither`)
  }
  const material = {
    ...(cert === undefined ? {} : { cert: readPem(`${where}.cert`, 'certificate', cert) }),
    ...(key === undefined ? {} : { key: readPem(`${where}.key`, 'private key', key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined
      ? {}
      : { ca: listOf(ca).map((one) => readPem(`${where}.ca`, 'certificate', one)) }),
  }
  try {
    return createSecureContext({ ...node, ...material, ...options })
  } catch (cause) {
    const isEncrypted = isEncryptedKey(String(material.key ?? ''))
    throw unusable(where, cause as Error, { isEncrypted, passphrase })
  }
}

/** The files that an identity names. */
export function filesOf({ key, cert, ca }: TlsIdentity): string[] {
  return [key, cert, ...listOf(ca ?? [])].filter(
    (material): material is string => typeof material === 'string' && !isPem(material),
  )
}

/** What tells two identities apart, and what they trust: read, in a fixed order. */
export function materialsOf({ cert, ca }: TlsIdentity): (string | Buffer)[] {
  const own = cert === undefined ? '' : readMaterial('tls.cert', cert)
  return [own, ...listOf(ca ?? []).map((one) => readMaterial('tls.ca', one))]
}

/** OpenSSL takes an authority that holds no certificate without an error, and trusts no peer then. */
function readPem(where: string, kind: PemKind, material: TlsMaterial): string | Buffer {
  const read = readMaterial(where, material)
  const lack = describeLack(kind, String(read))
  if (lack === undefined) return read
  const isFile = typeof material === 'string' && !isPem(material)
  const what = isFile ? `names the file ${JSON.stringify(material)}, which ` : ''
  throw invalid(where, `${what}${lack}`)
}

function readMaterial(where: string, material: TlsMaterial): string | Buffer {
  if (material instanceof Uint8Array) return Buffer.from(material)
  if (typeof material !== 'string' || material === '') {
    throw invalid(where, `is ${typeof material}: it takes PEM text, bytes, or a file's name`)
  }
  if (isPem(material)) return material
  try {
    return readFileSync(material)
  } catch (cause) {
    if (mayBeSecret(material)) {
      throw invalid(
        where,
        `is a text of ${material.length} characters that is neither PEM (a line of it begins with -----BEGIN) nor the name of a file that can be read`,
      )
    }
    const text = `names the file ${JSON.stringify(material)}, which cannot be read: ${(cause as Error).message}`
    throw invalid(where, text, cause)
  }
}

/** Whether it may be a key without its frame: that belongs in no error. */
function mayBeSecret(text: string): boolean {
  return text.includes('\n') || /^[A-Za-z0-9+/=_-]{48,}$/.test(text)
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN')
}

function listOf(ca: TlsIdentity['ca'] & {}): readonly TlsMaterial[] {
  return typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : ca
}

/**
 * What OpenSSL says of an encrypted key without its passphrase. One wrong passphrase in 256 makes
 * something that looks decrypted, and is no key.
 */
const undecrypted = /interrupted or cancelled|password|bad decrypt|decoder routines::unsupported/i

const explanations: readonly (readonly [RegExp, string])[] = [
  [/key values mismatch/i, 'the key does not belong to the certificate'],
  [/decoder routines::unsupported/i, 'the key is none that OpenSSL knows'],
  [/no start line/i, 'it is not PEM: a PEM file has a line that begins with -----BEGIN'],
  [/bad end line|bad base64|wrong tag|asn1|too long/i, 'the PEM is damaged, or half written'],
  [/ee key too small|ca md too weak/i, 'the key or the signature is too weak for OpenSSL'],
]

/** The parts do not fit together. OpenSSL's words are for those who wrote it. */
function unusable(
  where: string,
  cause: Error,
  { isEncrypted, passphrase }: { isEncrypted: boolean; passphrase: string | undefined },
): OptionError {
  const { message } = cause
  const isUndecrypted = isEncrypted && undecrypted.test(message)
  if (isUndecrypted && passphrase === undefined) {
    return new OptionError(
      'HAWSER_INVALID_OPTION',
      (name) => `${name} is missing, and the key is encrypted (${message})`,
      { cause, option: `${where}.passphrase`, remedy: 'pass it, or decrypt the key' },
    )
  }
  const known = isUndecrypted
    ? 'the passphrase is wrong'
    : explanations.find(([pattern]) => pattern.test(message))?.[1]
  const why = known === undefined ? message : `${known} (${message})`
  return invalid(where, `cannot be used: ${why}`, cause)
}
