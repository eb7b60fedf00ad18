import process from 'node:process'
import { ListenError } from '../../errors.js'
import { formatEndpoint, type SystemdEndpoint } from '../endpoint.js'
import { sharedListening } from './shared-listening.js'

/** SD_LISTEN_FDS_START: behind standard input, output and error. */
const firstDescriptor = 3
/** What sd_listen_fds_with_names(3) calls a descriptor without a name. */
const unnamed = 'unknown'

/**
 * The descriptors that systemd passed on under a name (sd_listen_fds(3)), read from `LISTEN_PID`,
 * `LISTEN_FDS` and `LISTEN_FDNAMES`. These stay set, so that it may be asked again: a child process
 * has another number than `LISTEN_PID` says, and does not inherit what they speak of.
 *
 * @throws ListenError `HAWSER_LISTEN_FAILED` with what is missing
 */
export function inheritedDescriptors(endpoint: SystemdEndpoint): number[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: names } = process.env
  if (pid === undefined || count === undefined) {
    throw missing(
      endpoint,
      `${count === undefined ? 'LISTEN_FDS' : 'LISTEN_PID'} is not set: start this as the service of a .socket unit, or with systemd-socket-activate`,
    )
  }
  if (Number(pid) !== receiver()) {
    throw missing(
      endpoint,
      `its sockets are for process ${pid} (LISTEN_PID) and this is ${receiver()}: start node itself in ExecStart=, without npm or a shell in front that does not exec`,
    )
  }
  const total = /^\d{1,6}$/.test(count) ? Number(count) : 0
  if (total === 0) {
    throw missing(endpoint, `LISTEN_FDS is ${count}: a .socket unit needs a line ListenStream=`)
  }
  const all = Array.from({ length: total }, (_, index) => firstDescriptor + index)
  if (endpoint.name === undefined) return all
  const known = names?.split(':') ?? []
  const nameOf = (fd: number): string => known[fd - firstDescriptor] ?? unnamed
  const found = all.filter((fd) => nameOf(fd) === endpoint.name)
  if (found.length > 0) return found
  const passed = `${total} ${total === 1 ? 'socket' : 'sockets'}`
  throw missing(
    endpoint,
    names === undefined
      ? `it passed ${passed} without names (LISTEN_FDNAMES is not set): use systemd:* for all of them`
      : `it passed ${passed}, called ${all.map(nameOf).join(', ')}: set FileDescriptorName=${endpoint.name} in the .socket unit, or use one of these names`,
  )
}

/** Among several processes it is the primary that has the sockets, and listens on them for all. */
function receiver(): number {
  return sharedListening() === undefined ? process.pid : process.ppid
}

function missing(endpoint: SystemdEndpoint, what: string): ListenError {
  const text = `cannot listen on ${formatEndpoint(endpoint)}: systemd passed no such socket: ${what}`
  return new ListenError('HAWSER_LISTEN_FAILED', text, { op: 'listen' })
}
