/** A port alone is this machine's own: being reachable from elsewhere is a choice. */
export function completeEndpoint(endpoint: string, host: string): string {
  return /^\d+$/.test(endpoint) ? `${host}:${endpoint}` : endpoint
}
