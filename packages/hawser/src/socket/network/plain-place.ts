import { invalid } from '../../options/invalid.js'
import type { Network, NetworkPlace } from '../../network.js'
import type { ParsedEndpoint } from '../endpoint.js'
import { invalidEndpoint } from '../invalid-endpoint.js'
import { formatEndpoint } from '../endpoint.js'

/**
 * An endpoint as a network has it.
 *
 * @throws OptionError `HAWSER_INVALID_ENDPOINT` for TLS that it does not speak, and for what only a
 *   process inherits
 */
export function placeOf(endpoint: ParsedEndpoint, network: Network): NetworkPlace {
  if (endpoint.kind !== 'tcp' && endpoint.kind !== 'unix') {
    throw invalidEndpoint(formatEndpoint(endpoint), 'the option network has no descriptors')
  }
  if (endpoint.kind === 'tcp' && endpoint.secure === true && network.speaksTls !== true) {
    throw invalidEndpoint(
      formatEndpoint(endpoint),
      'TLS is not spoken over the option network: use tcp://',
    )
  }
  return endpoint
}

/**
 * Refuse options that only sockets can fulfil.
 *
 * @param options by their names; undefined ones were not passed
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function assertPlain(
  network: Network | undefined,
  options: Readonly<Record<string, unknown>>,
): void {
  if (network === undefined) return
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (name === 'tls' && network.speaksTls === true)) continue
    throw invalid(name, 'does not work with the option network: leave one of them out')
  }
}
