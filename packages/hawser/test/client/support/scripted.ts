import { type ScriptedListener, ScriptedPeer } from 'hawser/testing'
import { onTestFinished } from 'vitest'

/** A listener for a scripted peer, closed when the test ends. */
export async function listenScripted(): Promise<ScriptedListener> {
  const listener = await ScriptedPeer.listen()
  onTestFinished(() => listener.close())
  return listener
}

/** Lets a peer go that has nothing more to say. */
export async function leave(peer: ScriptedPeer): Promise<void> {
  peer.close()
  await peer.closed
}

/** Bytes written as hexadecimal. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}
