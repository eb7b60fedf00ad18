import type { Definition } from '../protocol/definition.js'
import { WorkbenchError } from '../workbench-error.js'

/** Only what goes through a proxy can be disturbed. */
export function noFaults(what: string): WorkbenchError {
  const text = `${what} has no faults: put a proxy in front of it, and break that`
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

export function noResponders(what: string): WorkbenchError {
  const text = `${what} has no rules: start a server or a client here, and give it some`
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

export function changedMeanwhile(name: string): WorkbenchError {
  const text = `${name} was stopped or started meanwhile: do it again`
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

export function noLimit(what: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_NOT_NOW', `${what} has no limit of connections to set`)
}

/** Options without those that are not given: they have defaults, and a limit may be `Infinity`. */
export function withoutUndefined<Options extends object>(options: Options): Options {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Options
}

/** @throws WorkbenchError for a descriptor: those that this process has are its own */
export function refuseDescriptor(definition: Definition): void {
  const listen = 'listen' in definition ? definition.listen : ''
  if (!/^(?:fd|systemd):/i.test(listen)) return
  const text = `${listen} is for a program that is started with its sockets: write an address and a port, such as 127.0.0.1:9000`
  throw new WorkbenchError('WORKBENCH_INVALID', text)
}
