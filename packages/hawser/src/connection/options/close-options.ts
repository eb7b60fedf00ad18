import type { NamesOf } from '../../options/option-names.js'
import type { StartTlsOptions } from './call-options.js'
import type { ClientCloseOptions, CloseOptions } from '../server-face.js'

/** The names of the options in {@link CloseOptions}. */
export const closeNames: NamesOf<CloseOptions> = {
  drain: true,
  signal: 'signal',
}

/** The names of the options in {@link ClientCloseOptions}. */
export const clientCloseNames: NamesOf<ClientCloseOptions> = {
  ...closeNames,
  error: true,
}

/** Milliseconds that what is under way gets to finish, when `drain` is not set. */
export const defaultDrain = 15_000

/** The names of the options in {@link StartTlsOptions}; the side that begins TLS looks into `tls`. */
export const startTlsNames: NamesOf<StartTlsOptions<unknown>> = {
  reply: true,
  tls: true,
}
