import type { FramingOf } from '../sheet/sheet.js'
import type { DeskRoom } from './desk-room.js'
import { refusedByTools } from './refusal.js'

/**
 * The framing of each connection that has one: that which its session had when it opened. The sessions of a file are
 * not ours, though their numbers may be.
 *
 * @param chosen one for all of them instead
 * @returns rejects with WorkbenchError for a chosen one that is none
 */
export async function findFramings(
  { sessions, tools }: Pick<DeskRoom, 'sessions' | 'tools'>,
  file: number,
  chosen: string | undefined,
): Promise<FramingOf> {
  // A framing that is asked for again is not loaded again.
  const loaded = new Map<string, ReturnType<FramingOf>>()
  const load = (framing: string, maxFrame?: number): ReturnType<FramingOf> => {
    const key = `${maxFrame} ${framing}`
    const loading = loaded.get(key) ?? tools.loadFraming(framing, { maxFrame })
    loaded.set(key, loading)
    return loading
  }
  if (chosen !== undefined) {
    try {
      await load(chosen)
    } catch (error) {
      throw refusedByTools(error)
    }
    return () => load(chosen)
  }
  return async (session, opened) => {
    // A log that goes on may have connections that do not say it.
    const ours = file === 0 ? sessions.all.find(({ id }) => id === session) : undefined
    const { framing = 'raw', maxFrame } = framingIn(opened) ?? framingIn(ours?.definition) ?? {}
    return framing === 'raw' ? undefined : load(framing, maxFrame)
  }
}

function framingIn(
  said: object = {},
): { readonly framing: string; readonly maxFrame?: number | undefined } | undefined {
  const { framing, maxFrame } = said as Readonly<Record<string, unknown>>
  if (typeof framing !== 'string') return undefined
  return { framing, maxFrame: typeof maxFrame === 'number' ? maxFrame : undefined }
}
