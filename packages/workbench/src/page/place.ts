import { parseEndpoint } from 'hawser'
import { WorkbenchError } from '../workbench-error.js'

/** Where a page is to be served. */
export interface WantedPlace {
  readonly host: string
  /** 0 is any that is free. */
  readonly port: number
  /** Only this machine reaches it. */
  readonly isLocal: boolean
}

/**
 * @param isOpen whether it may be where other machines reach it
 * @throws WorkbenchError
 */
export function readPlace(page: string, isOpen: boolean): WantedPlace {
  const { kind, host, port } = parse(page)
  if (kind !== 'tcp' || port === undefined) {
    throw invalid(page, 'it is no address and port: write 127.0.0.1:8080')
  }
  const isLocal = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host)
  if (isOpen || isLocal) return { host, port, isLocal }
  throw invalid(
    page,
    'other machines reach it, and a page can start servers and read what they say: allow it with --page-open, or leave the address out',
  )
}

function parse(page: string): {
  readonly kind: string
  readonly host: string
  readonly port: number | undefined
} {
  try {
    const endpoint = parseEndpoint(page)
    if (endpoint.kind !== 'tcp' || endpoint.secure === true) {
      return { kind: '', host: '', port: undefined }
    }
    return { kind: 'tcp', host: endpoint.host ?? '::', port: endpoint.port }
  } catch (cause) {
    throw invalid(page, cause instanceof Error ? cause.message : String(cause))
  }
}

function invalid(page: string, why: string): WorkbenchError {
  return new WorkbenchError(
    'WORKBENCH_INVALID',
    `the page cannot be served on ${JSON.stringify(page)}: ${why}`,
  )
}
