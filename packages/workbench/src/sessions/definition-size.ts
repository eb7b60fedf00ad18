import { Buffer } from 'node:buffer'
import type { Definition } from '../protocol/definition.js'
import { WorkbenchError } from '../workbench-error.js'

/** Bytes of all definitions: each page gets all of them whenever one of the sessions changes. */
const mostBytes = 2 * 1024 * 1024

const sizes = new WeakMap<Definition, number>()

/** @throws WorkbenchError when a definition is too large beside the others that there are */
export function assertFits(definition: Definition, others: Iterable<Definition>): void {
  let used = sizeOf(definition)
  for (const other of others) used += sizeOf(other)
  if (used <= mostBytes) return
  const text = `the sessions with their rules would take ${used} bytes, and ${mostBytes} are allowed: shorten the replies, or remove a session`
  throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

function sizeOf(definition: Definition): number {
  const size = sizes.get(definition) ?? Buffer.byteLength(JSON.stringify(definition))
  sizes.set(definition, size)
  return size
}
