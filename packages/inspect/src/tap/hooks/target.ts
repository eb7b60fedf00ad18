import type { Target } from '../connections/connection.js'

/**
 * The arguments of `connect`: options, a path, or a port and a host, also inside an array that Node.js made of them.
 */
export function targetOf(args: readonly unknown[]): Target {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  if (typeof first === 'object' && first !== null) {
    return pick(valueOf(first, 'host'), valueOf(first, 'port'), valueOf(first, 'path'))
  }
  const isPath = typeof first === 'string' && !/^\d+$/.test(first)
  return isPath ? { path: first } : pick(second, first, undefined)
}

function pick(host: unknown, port: unknown, path: unknown): Target {
  if (typeof path === 'string') return { path }
  return {
    ...(typeof host === 'string' && { host }),
    ...((typeof port === 'number' || typeof port === 'string') && { port: Number(port) }),
  }
}

/** What a property holds; a getter of the program's is not called. */
function valueOf(options: object, key: string): unknown {
  for (let at = options; at !== null; at = Object.getPrototypeOf(at) as object) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key)
    if (descriptor !== undefined) return descriptor.value
  }
  return undefined
}
