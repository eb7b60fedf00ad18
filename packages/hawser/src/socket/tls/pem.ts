/** What a text in PEM is wanted for. */
export type PemKind = 'certificate' | 'private key'

const labels: Readonly<Record<PemKind, RegExp>> = {
  certificate: /^(?:X509 |TRUSTED )?CERTIFICATE$/,
  'private key': /(?:^| )PRIVATE KEY$/,
}

/**
 * What is wrong with a text that should hold something of this kind; undefined when it does.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7468 section 2: the lines that say what a text holds
 */
export function describeLack(kind: PemKind, pem: string): string | undefined {
  const held = Array.from(pem.matchAll(/-----BEGIN ([^\r\n-]+)-----/g), ([, label = '']) => label)
  if (held.length === 0) return 'is not PEM: a PEM file has a line that begins with -----BEGIN'
  if (held.some((label) => labels[kind].test(label))) return undefined
  return `holds ${nameAll(held)} and no ${kind}: pass the one that does`
}

function nameAll(held: readonly string[]): string {
  const names = held.map((label) => {
    const kind = Object.entries(labels).find(([, pattern]) => pattern.test(label))
    return kind === undefined ? label : `a ${kind[0]}`
  })
  return [...new Set(names)].join(', ')
}

/** Whether PEM text holds a private key that is encrypted (RFC 5958 section 3, RFC 1421 section 4.6.1.1). */
export function isEncryptedKey(text: string): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)
}
