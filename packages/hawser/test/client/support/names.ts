import dns from 'node:dns'
import net from 'node:net'
import { onTestFinished, vi } from 'vitest'

/** Lets every name have these addresses, in this order, until the test ends. */
export function resolveTo(addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }))
  type Callback = (error: null, addresses: dns.LookupAddress[]) => void
  const lookup = (_name: string, options: dns.LookupAllOptions, callback: Callback): void => {
    const fitting = found.filter(({ family }) => !options.family || options.family === family)
    setImmediate(() => callback(null, fitting))
  }
  const mocked = vi.spyOn(dns, 'lookup').mockImplementation(lookup as never)
  onTestFinished(() => mocked.mockRestore())
}
