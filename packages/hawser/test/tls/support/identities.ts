import type { TlsServerOptions } from 'hawser'
import { createAuthority, type Pair } from '../../../../../test/support/certificates.js'

/** Who is who in the tests of TLS. */
export interface Identities {
  /** The authority that both sides trust, as PEM. */
  readonly ca: string
  /** One that neither knows. */
  readonly otherCa: string
  /** For localhost and 127.0.0.1. */
  readonly site: Pair
  /** The same, renewed. */
  readonly renewed: Pair
  /** For other.example alone. */
  readonly wrongName: Pair
  readonly expired: Pair
  readonly future: Pair
  /** For localhost, by the authority that nobody knows. */
  readonly foreign: Pair
  readonly aExample: Pair
  readonly anyBExample: Pair
  /** A client, one of the unknown authority's, and one whose time is over. */
  readonly ann: Pair
  readonly eve: Pair
  readonly lateAnn: Pair
}

/** Made once for each file of tests. */
export const identities: Promise<Identities> = makeIdentities()

/** The options of a server that shows `site`. */
export async function siteTls(options: TlsServerOptions = {}): Promise<TlsServerOptions> {
  const { site } = await identities
  return { ...site, ...options }
}

async function makeIdentities(): Promise<Identities> {
  const [authority, other] = [await createAuthority('Test CA'), await createAuthority('Other CA')]
  const here = ['localhost', '127.0.0.1']
  return {
    ca: authority.cert,
    otherCa: other.cert,
    site: await authority.issue({ name: 'site', names: here }),
    renewed: await authority.issue({ name: 'renewed', names: here }),
    wrongName: await authority.issue({ name: 'wrong', names: ['other.example'] }),
    expired: await authority.issue({ name: 'expired', names: here, from: -30, until: -1 }),
    future: await authority.issue({ name: 'future', names: here, from: 1, until: 30 }),
    foreign: await other.issue({ name: 'foreign', names: here }),
    aExample: await authority.issue({ name: 'a', names: ['a.example'] }),
    anyBExample: await authority.issue({ name: 'b', names: ['*.b.example'] }),
    ann: await authority.issue({ name: 'Ann' }),
    eve: await other.issue({ name: 'Eve' }),
    lateAnn: await authority.issue({ name: 'Late Ann', from: -30, until: -1 }),
  }
}
