import process from 'node:process'
import type { TransportCapabilities } from '../../transport.js'

/** Whether libuv's queue can be seen, so that a write's progress is known before its end. */
const showsProgress =
  process.versions['bun'] === undefined && process.versions['deno'] === undefined

const tcp = { fast: describe(true, true), plain: describe(true, false) }
const unix = { fast: describe(false, true), plain: describe(false, false) }

/**
 * What a socket can do. One object for each kind, shared by all connections.
 *
 * @param isUnix whether it is a Unix socket, which has no reset
 * @param isFast whether it reads into the static buffer
 */
export function capabilitiesOf(isUnix: boolean, isFast: boolean): TransportCapabilities {
  const kind = isUnix ? unix : tcp
  return isFast ? kind.fast : kind.plain
}

function describe(reset: boolean, borrowedReads: boolean): TransportCapabilities {
  return { reset, halfClose: true, borrowedReads, writeProgress: showsProgress }
}
