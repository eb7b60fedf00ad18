import { OptionError } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import { collectMetrics } from '../../metrics/collect.js'
import type { AddressChange } from '../../policy/address/address-changes.js'
import { openingsOf, shareAddresses } from '../../server/for-worker.js'
import type { Server } from '../../server/server.js'
import { AddressRoute } from '../address-route.js'
import { findMember, type JoinedServer, type Member } from './member.js'
import type { PrimaryLink } from './primary-link.js'
import { Share } from './share.js'

/** How a server joins. */
export interface JoinOptions {
  /**
   * Tells several servers of one program apart; all workers must use the same names. Default `main`.
   * Any other is the label `server` of its metrics.
   */
  readonly name?: string | undefined
  /**
   * Called when the worker leaves and the server has closed: the place to put away what else the
   * program has open. When the promise it returned settles, the process ends. It has what is left of
   * `leaveTimeout`.
   */
  readonly leave?: (() => unknown) | undefined
}

/** The names of the options in {@link JoinOptions}. */
const joinNames: NamesOf<JoinOptions> = { name: true, leave: true }

/** What a worker knows of itself. */
export interface WorkerContext {
  /** Its place, from 1 up to `count`; its replacement has the same. */
  readonly slot: number
  /** How many workers there are to be. */
  readonly count: number
  /**
   * Tell the primary why this worker cannot go on: `startWorkers`, `reload` or the `exit` event say
   * so. The process does not end by this.
   */
  report(error: unknown): Promise<void>
}

/** This process as a worker of `startWorkers`; undefined in every other process. */
export function currentWorker(): WorkerContext | undefined {
  const member = findMember()
  return member === undefined ? undefined : contextOf(member)
}

/**
 * Let a server take part: call it before `server.listen`. When all servers that joined listen, the
 * worker counts as started. When it is told to leave, they stop accepting, drain, and the process
 * ends. In a process that is no worker nothing happens, so the same program runs alone too.
 *
 * `server.maxConnections` is the limit of all workers together from here on: each has a share of it,
 * which it can exchange with the others, and which `server.maxConnections` shows.
 *
 * From here on SIGINT and SIGHUP do nothing to a worker (a terminal sends them to all processes, and
 * the primary says what follows), and SIGTERM has it replaced.
 *
 * @returns what the worker knows of itself; undefined when this process is none
 * @throws OptionError when the server listens already, or another one of that name has joined
 */
export function joinWorkers<In, Out, Data>(
  server: Server<In, Out, Data>,
  options: JoinOptions = {},
): WorkerContext | undefined {
  checkOptions(options, joinNames)
  const member = findMember()
  if (member === undefined) return undefined
  const { name = 'main', leave } = options
  if (server.listening) {
    const text = 'joinWorkers(server) was called after server.listen: call it before'
    throw new OptionError('HAWSER_INVALID_OPTION', text)
  }
  if (member.servers.some((joined) => joined.name === name)) {
    throw invalid(
      'name',
      `is ${JSON.stringify(name)}, as that of another server of this worker: give each a name, as in joinWorkers(server, { name: 'admin' })`,
    )
  }
  const joined: JoinedServer = {
    name,
    server,
    connections: server.connections,
    openings: () => openingsOf(server),
    metrics: collectMetrics(name === 'main' ? server : new Map([[name, server]])),
    share:
      server.maxConnections === Infinity
        ? undefined
        : new Share(name, server, member.setup.count, (message) => {
            void member.primary.say(message)
          }),
    isListening: () => server.listening,
    addresses: joinAddresses(name, server, member.primary),
    endpoints: () => server.addresses(),
    suspend: () => server.suspend(),
    close: (drain) => server.close({ drain }),
    leave: () => leave?.(),
  }
  member.servers.push(joined)
  server.on('listening', () => member.listening())
  return contextOf(member)
}

/** The limits by address hold for all workers together. */
function joinAddresses(
  name: string,
  server: object,
  primary: PrimaryLink,
): JoinedServer['addresses'] {
  const say = (changes: readonly AddressChange[]): Promise<void> =>
    primary.say({ hawser: 'addresses', server: name, changes })
  const route = new AddressRoute((changes, done) => void say(changes).then(done))
  const heard = shareAddresses(server, (change) => route.add(change))
  if (heard !== undefined) void say([])
  return heard
}

function contextOf(member: Member): WorkerContext {
  const { slot, count } = member.setup
  return { slot, count, report: (error) => member.report(error) }
}
