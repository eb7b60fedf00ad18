import { OptionError } from '../errors.js'

/** The error of an endpoint that cannot be. */
export function invalidEndpoint(endpoint: unknown, what: string): OptionError {
  const shown = typeof endpoint === 'string' ? endpoint : JSON.stringify(endpoint)
  return new OptionError('HAWSER_INVALID_ENDPOINT', `the endpoint ${shown} cannot be used: ${what}`)
}
