import { Buffer } from 'node:buffer'
import type { ScriptAct } from './script-act.js'

/** Things that are done after one message, and bytes that are sent. */
const mostActs = 256
const mostBytes = 16 * 1024 * 1024
/** Milliseconds. */
const longestDelay = 600_000

const does: ReadonlySet<unknown> = new Set(['reply', 'drop', 'pass', 'close', 'reset'])
const names: ReadonlySet<string> = new Set(['do', 'reply', 'delay'])
const nothing = new Uint8Array(0)

/**
 * What a script returned, as things to do.
 *
 * @throws TypeError which says what to return
 */
export function readResult(value: unknown): ScriptAct[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (all.length > mostActs) throw new TypeError(`it returned more than ${mostActs} things to do`)
  let size = 0
  // A list may have holes, which map passes over.
  return Array.from(all, (one) => {
    const act = readOne(one)
    size += act.reply.length
    if (size <= mostBytes) return { ...act, reply: copy(act.reply) }
    throw new TypeError(`it returned more than ${mostBytes} bytes, as many as may be sent at once`)
  })
}

function readOne(value: unknown): ScriptAct {
  if (value === undefined || value === null) return { do: 'pass', reply: nothing, delay: 0 }
  const bytes = bytesOf(value)
  if (bytes !== undefined) return { do: 'reply', reply: bytes, delay: 0 }
  if (typeof value !== 'object') throw wrong(typeof value)
  const strange = Object.keys(value).find((name) => !names.has(name))
  if (strange !== undefined) throw wrong(`an object with ${strange.slice(0, 40)}`)
  const { do: act = 'reply', reply = '', delay = 0 } = value as Record<keyof ScriptAct, unknown>
  if (!does.has(act)) throw wrong(`do: ${String(act).slice(0, 40)}`)
  const said = bytesOf(reply)
  if (said === undefined) throw wrong(`a reply that is ${typeof reply}`)
  if (typeof delay !== 'number' || !(delay >= 0 && delay <= longestDelay)) {
    throw wrong(`a delay that is not a number from 0 to ${longestDelay}`)
  }
  return { do: act as ScriptAct['do'], reply: act === 'reply' ? said : nothing, delay }
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  return value instanceof Uint8Array ? value : undefined
}

/** A piece of a large buffer would be handed on with all of it. */
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

function wrong(what: string): TypeError {
  return new TypeError(
    `it returned ${what}: return text, bytes, nothing, { do, reply, delay }, or a list of these`,
  )
}
