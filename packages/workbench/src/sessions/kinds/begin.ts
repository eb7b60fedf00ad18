import type { Definition } from '../../protocol/definition.js'
import type { Script } from '../../scripts/script.js'
import { WorkbenchError } from '../../workbench-error.js'
import { startClient } from './client-session.js'
import { startProgram } from './program-session.js'
import { startProxy, startReplay } from './proxy-session.js'
import type { Running, RunningAround, SessionStart } from '../running.js'
import { startServer } from './server-session.js'

/**
 * Starts a file of `responders/`.
 *
 * @param signal aborted to give it up while it is loaded
 * @returns rejects with WorkbenchError when its code may not run
 */
export type OpenScript = (
  name: string,
  noticed: (text: string) => void,
  signal?: AbortSignal,
) => Promise<Script>

/** Where no folder is open. */
export const noScripts: OpenScript = (name) => {
  const text = `${name} is code of a project, and no folder is open: start hawser workbench FOLDER`
  return Promise.reject(new WorkbenchError('WORKBENCH_NOT_NOW', text))
}

interface Start extends Omit<SessionStart, 'script'> {
  readonly openScript: OpenScript
  /** Gives up what has not begun. */
  readonly signal: AbortSignal
}

/** Start what a definition says, with its script. @returns undefined for a file, where nothing runs */
export async function begin(
  definition: Definition,
  start: Start,
  around: RunningAround,
): Promise<Running | undefined> {
  const name = 'script' in definition ? definition.script : undefined
  const noticed = (text: string): void => around.noticed(text)
  const script =
    name === undefined ? undefined : await start.openScript(name, noticed, start.signal)
  try {
    return await beginWith(definition, { ...start, script }, around)
  } catch (error) {
    script?.close()
    throw error
  }
}

function beginWith(
  definition: Definition,
  start: SessionStart & Start,
  around: RunningAround,
): Promise<Running | undefined> {
  switch (definition.kind) {
    case 'server':
      return startServer(definition, start, around)
    case 'client':
      return startClient(definition, start, around)
    case 'proxy':
      return startProxy(definition, start, around)
    case 'program':
      return startProgram(definition, start, around)
    case 'replay':
      return startReplay(definition, start, around)
    case 'file':
      return Promise.resolve(undefined)
  }
}
