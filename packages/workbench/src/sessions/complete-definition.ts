import type { Definition } from '../protocol/definition.js'
import { WorkbenchError } from '../workbench-error.js'

/**
 * A definition whose places are what they are for the command: a port alone is of this machine, where the library
 * listens on all addresses.
 */
export function completeDefinition(definition: Definition): Definition {
  switch (definition.kind) {
    case 'server':
      return { ...definition, listen: complete(definition.listen, '127.0.0.1') }
    case 'client':
      return { ...definition, connect: complete(definition.connect, 'localhost') }
    case 'proxy': {
      const listen = complete(definition.listen, '127.0.0.1')
      return { ...definition, listen, target: complete(definition.target, 'localhost') }
    }
    case 'file':
      return definition
  }
}

/** @throws WorkbenchError for a descriptor: those that this process has are its own */
export function refuseDescriptor(definition: Definition): void {
  const listen = 'listen' in definition ? definition.listen : ''
  if (!/^(?:fd|systemd):/i.test(listen)) return
  const text = `${listen} is for a program that is started with its sockets: write an address and a port, such as 127.0.0.1:9000`
  throw new WorkbenchError('WORKBENCH_INVALID', text)
}

function complete(endpoint: string, host: string): string {
  return /^\d+$/.test(endpoint) ? `${host}:${endpoint}` : endpoint
}
