import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A TCP port that is listened on. */
export interface Listener {
  /** Where it is reached from this machine. */
  readonly host: string
  readonly port: number
  /** Whether the process that was asked about listens. */
  readonly own: boolean
  /** The number of its socket. */
  readonly socket: string
}

/** The state of a socket that listens, in proc_net_tcp(5). */
const listening = '0A'

/** The ports that are listened on where a process runs: its own and those of the others. */
export function readListeners(pid: number): readonly Listener[] {
  const own = readSockets(pid)
  return ['tcp', 'tcp6'].flatMap((table) =>
    readTable(`/proc/${pid}/net/${table}`).flatMap((line) => {
      const [, local = '', , state, , , , , , socket = ''] = line.trim().split(/\s+/)
      if (state !== listening) return []
      const [address = '', port = ''] = local.split(':')
      return [{ host: reachable(address), port: parseInt(port, 16), own: own.has(socket), socket }]
    }),
  )
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1)
  } catch {
    // A system without IPv6 has no table of it.
    return []
  }
}

/** The numbers of the sockets that a process holds: none when it has ended. */
export function readSockets(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`
  const sockets = new Set<string>()
  for (const name of readNames(folder)) {
    const found = /^socket:\[(\d+)\]$/.exec(readTarget(`${folder}/${name}`))
    if (found?.[1] !== undefined) sockets.add(found[1])
  }
  return sockets
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // It was closed meanwhile.
    return ''
  }
}

/** Addresses are printed in words of four bytes, each with its least significant byte first. */
function reachable(address: string): string {
  const words = address.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse())
  const isAny = /^0*$/.test(address)
  if (bytes.length === 4)
    return isAny ? '127.0.0.1' : bytes.map((byte) => parseInt(byte, 16)).join('.')
  const groups = bytes.join('').match(/.{4}/g) ?? []
  return isAny ? '::1' : groups.join(':')
}
