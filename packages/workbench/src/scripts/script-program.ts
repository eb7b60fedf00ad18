import { Buffer } from 'node:buffer'
import { parentPort, workerData } from 'node:worker_threads'
import { describeThrown } from './describe-thrown.js'
import { importScript } from './import-script.js'
import { loadAsLookedAt } from './load-as-looked-at.js'
import { readResult } from './read-result.js'
import type { FromScript, ScriptConnection, ToScript } from './script-act.js'
import type { ScriptCode } from './script-code.js'

// Runs in a thread of its own, with the code of the user's: what it says is checked on the other side.

type Respond = (message: Buffer, connection: object) => unknown

const port = parentPort
const say = (said: FromScript): void => port?.postMessage(said)
/** The same object each time, so that a script can keep something on it. */
const connections = new Map<number, ScriptConnection>()

try {
  say({ loading: true })
  const respond = await load(workerData as ScriptCode)
  port?.on('message', (said: ToScript) => {
    if ('gone' in said) connections.delete(said.gone)
    else if ('call' in said) void answer(respond, said)
  })
  say({ loaded: true })
} catch (error) {
  say({ failed: describeThrown(error) })
}

async function load({ url, looked }: ScriptCode): Promise<Respond> {
  if (looked !== undefined) loadAsLookedAt(looked)
  const { default: respond } = (await importScript(url)) as { readonly default?: unknown }
  if (typeof respond === 'function') return respond as Respond
  throw new TypeError('it exports no function: write export default function (message) { … }')
}

async function answer(
  respond: Respond,
  { call, message, connection }: Extract<ToScript, { readonly call: number }>,
): Promise<void> {
  const known = connections.get(connection.id) ?? { ...connection }
  connections.set(connection.id, known)
  say({ begun: call })
  try {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length)
    say({ call, acts: readResult(await respond(bytes, known)) })
  } catch (error) {
    say({ call, error: describeThrown(error) })
  }
}
