import type { SessionLog } from 'hawser/log'
import type { Definition } from '../protocol/definition.js'
import type { Tools } from '../tools.js'
import { startClient } from './client-session.js'
import { startProxy } from './proxy-session.js'
import type { Running, RunningAround } from './running.js'
import { startServer } from './server-session.js'

interface Start {
  readonly id: number
  readonly tools: Tools
  /** Where it writes. */
  readonly log: SessionLog
  /** Gives up what has not begun. */
  readonly signal: AbortSignal
}

/** Start what a definition says. @returns undefined for a file, where nothing runs */
export function begin(
  definition: Definition,
  start: Start,
  around: RunningAround,
): Promise<Running | undefined> {
  switch (definition.kind) {
    case 'server':
      return startServer(definition, start, around)
    case 'client':
      return startClient(definition, start, around)
    case 'proxy':
      return startProxy(definition, start, around)
    case 'file':
      return Promise.resolve(undefined)
  }
}
