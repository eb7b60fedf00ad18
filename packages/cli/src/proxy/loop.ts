import type { Connection, Server } from 'hawser'
import { CommandError } from '../failure.js'

/** A proxy leads to itself: each connection would make another one, until there are no more descriptors. */
export class LoopError extends CommandError {
  constructor(target: string) {
    super(`the target ${target} is this proxy itself`, 'name the server that it is to lead to')
    this.name = 'LoopError'
  }
}

/** Whether the other end of a connection is one of these addresses. */
export function leadsTo(
  { remote, local }: Pick<Connection, 'remote' | 'local'>,
  addresses: ReturnType<Server['addresses']>,
): boolean {
  return addresses.some((own) => {
    if (typeof own === 'string') return own === remote?.address
    if (own.port !== remote?.port) return false
    // One that listens everywhere does so on each address of this machine, which is then that of both ends.
    const isEverywhere = own.address === '0.0.0.0' || own.address === '::'
    return own.address === remote.address || (isEverywhere && remote.address === local?.address)
  })
}
