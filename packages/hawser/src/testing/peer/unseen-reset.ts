import fs from 'node:fs'
import type { Socket } from 'node:net'

const place = new Uint8Array(1)

/**
 * The reset that Node.js takes for an end when it finds it together with bytes: a further read gets it
 * from the operating system. The library under test has its own way to find out.
 */
export function unseenReset(socket: Socket): Error | undefined {
  const { fd = -1 } = (socket as { _handle?: { readonly fd?: number } | null })._handle ?? {}
  // A Unix socket, which has no port, knows no reset.
  if (fd < 0 || socket.localPort === undefined) return undefined
  try {
    fs.readSync(fd, place, 0, 1, null)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? (error as Error) : undefined
  }
}
