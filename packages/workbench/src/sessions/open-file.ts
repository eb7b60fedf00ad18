import { Buffer } from 'node:buffer'
import { open, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { openLog } from 'hawser/log'
import type { Definition } from '../protocol/definition.js'
import { WorkbenchError } from '../workbench-error.js'

/**
 * A definition whose session log, if it has one, is named as it is opened: below the folder of the workbench or of the user (`~/`) if its path is not absolute.
 *
 * @returns rejects with WorkbenchError for what is on no disk of this machine, is no file, or no log
 */
export async function findFile(definition: Definition): Promise<Definition> {
  if (!('path' in definition)) return definition
  const { path: written } = definition
  if (/^(?:\\\\|\/\/|[a-z][a-z\d+.-]+:\/\/)/i.test(written)) {
    throw refuse(`${written} is on another machine`, 'copy it here, and name the copy')
  }
  const path = resolve(/^~[/\\]/.test(written) ? join(homedir(), written.slice(2)) : written)
  const stats = await stat(path).catch((error: Error) => {
    throw refuse(`there is no file ${path}`, 'check its name', error)
  })
  if (stats.isDirectory()) {
    throw refuse(`${path} is a folder`, 'name a session log, such as traffic.hawser')
  }
  // To open a pipe waits for another program, and a device has no end.
  if (!stats.isFile()) throw refuse(`${path} is no file`, 'name a session log')
  try {
    await (await openLog(path)).close()
  } catch (cause) {
    if (await isCapture(path)) {
      const remedy =
        'open it in Wireshark: a log is exported as pcapng, and not the other way round'
      throw refuse(`${path} is a packet capture`, remedy, cause)
    }
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new WorkbenchError('WORKBENCH_FAILED', message, { cause })
  }
  return { ...definition, path }
}

/** How pcapng begins, and pcap in both orders, with micro- or nanoseconds. */
const captures = ['0a0d0d0a', 'a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1']

async function isCapture(path: string): Promise<boolean> {
  const first = Buffer.alloc(4)
  try {
    const file = await open(path)
    try {
      await file.read(first, 0, first.length, 0)
    } finally {
      await file.close()
    }
  } catch {
    return false
  }
  return captures.includes(first.toString('hex'))
}

function refuse(what: string, remedy: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError('WORKBENCH_FAILED', `${what}: ${remedy}`, { cause })
}
