import { HawserError } from 'hawser'

const untrusted =
  "tick 'trust any certificate' under Change, or start it by a line with --ca FILE that names it or its authority"

/** Why a session failed, with what one does about it in the page: options of the library are not there. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isUntrusted =
    error instanceof HawserError &&
    error.code === 'HAWSER_TLS_CERTIFICATE_INVALID' &&
    error.option === 'tls.ca'
  return isUntrusted ? error.rephrase('tls.ca', untrusted) : error.message
}
