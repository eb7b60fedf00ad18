import { OptionError } from 'hawser'

const form = /^(?:(nats|tls):\/\/)?([^\s/@?#]+)\/?$/

/** Where the servers are, without schemes: the client reads none. */
export interface Servers {
  readonly hosts: readonly string[]
  /** Whether one of them was asked for with `tls://`. */
  readonly isSecure: boolean
}

/** @throws {OptionError} when one is no `host:port` */
export function parseServers(servers: string | readonly string[] = '127.0.0.1:4222'): Servers {
  const list: readonly unknown[] = typeof servers === 'string' ? [servers] : servers
  if (!Array.isArray(list) || list.length === 0) throw refuse('servers is no text and no list')
  const parsed = list.map((server) => {
    const found = typeof server === 'string' ? form.exec(server) : null
    // Not the text itself: a password may be in it.
    if (found === null) throw refuse('servers has one that is no host:port')
    return found
  })
  return {
    hosts: parsed.map(([, , host = '']) => host),
    isSecure: parsed.some(([, scheme]) => scheme === 'tls'),
  }
}

function refuse(what: string): OptionError {
  const remedy =
    'use host:port, nats://host:port or tls://host:port; credentials belong in connection: { user, pass }'
  return new OptionError('HAWSER_INVALID_OPTION', what, { option: 'servers', remedy })
}
