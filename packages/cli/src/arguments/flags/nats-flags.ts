import type { Command } from 'commander'
import { UsageError } from '../../failure.js'

/** Which NATS servers join this server with others. */
export interface ServeNats {
  /** `host:port`, `nats://…` or `tls://…`, without credentials. */
  readonly servers: readonly string[]
  readonly user: string | undefined
  readonly pass: string | undefined
  readonly token: string | undefined
  /** A file of credentials, as `nsc` writes it. */
  readonly creds: string | undefined
  readonly prefix: string | undefined
}

/** Which NATS servers join this server with others. */
export interface NatsFlags {
  nats?: string
  natsCreds?: string
  natsPrefix?: string
  chat?: true
}

/** Add the options for a server that shares its chat with others. */
export function addNats(command: Command): void {
  command
    .optionsGroup('Over many machines:')
    .option('--nats <urls>', 'relay to the clients of other servers, over NATS: nats://host:4222')
    .option('--nats-creds <file>', 'the credentials for it, as nsc writes them')
    .option('--nats-prefix <words>', 'whose servers hear each other (default: hawser)')
}

/** @throws UsageError when they cannot work together */
export function readNats(flags: NatsFlags): ServeNats | undefined {
  const { nats, natsCreds: creds, natsPrefix: prefix } = flags
  if (nats === undefined) {
    if (creds === undefined && prefix === undefined) return undefined
    const lonely = creds === undefined ? '--nats-prefix' : '--nats-creds'
    throw new UsageError(
      `${lonely} is for --nats`,
      'say where NATS is: --nats nats://127.0.0.1:4222',
    )
  }
  if (flags.chat !== true) {
    throw new UsageError('--nats relays what clients say', 'add --chat')
  }
  const urls = nats.split(',').map((each) => parseUrl(each.trim()))
  const { user, pass, token } = credentialsOf(urls.find(({ username }) => username !== ''))
  const servers = urls.map(({ protocol, host }) => `${protocol}//${host}`)
  return { servers, user, pass, token, creds, prefix }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text.includes('://') ? text : `nats://${text}`)
    ? new URL(text.includes('://') ? text : `nats://${text}`)
    : undefined
  const isKnown = url?.protocol === 'nats:' || url?.protocol === 'tls:'
  if (url !== undefined && isKnown && url.hostname !== '' && /^\/?$/.test(url.pathname)) return url
  // Not the text itself: a password may be in it.
  throw new UsageError(
    '--nats has one that is no address of a NATS server',
    'write nats://host:4222',
  )
}

/** As NATS has it, what stands alone before the `@` is a token. */
function credentialsOf(url: URL | undefined): Pick<ServeNats, 'user' | 'pass' | 'token'> {
  if (url === undefined) return { user: undefined, pass: undefined, token: undefined }
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  return pass === ''
    ? { user: undefined, pass: undefined, token: user }
    : { user, pass, token: undefined }
}
