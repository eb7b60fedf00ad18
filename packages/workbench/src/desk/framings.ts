import type { FramingOf } from '../sheet/sheet.js'
import type { DeskRoom } from './desk-room.js'
import { refusedByTools } from './refusal.js'

/** Framings that a view loads, and the longest name of one: a log may be of a stranger, and name very many. */
const mostFramings = 256
const longestName = 1_024

/**
 * The framing of each connection that has one: that which its session had when it opened. The sessions of a file are
 * not ours, though their numbers may be.
 *
 * What a log names beyond 256 different ones is not loaded: rows are shown as they are.
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
    const known = loaded.get(key)
    if (known !== undefined) return known
    // Connections keep theirs as long as the view is open, so that none can be forgotten for another.
    if (loaded.size >= mostFramings) return Promise.resolve(undefined)
    const loading = tools.loadFraming(framing, { maxFrame })
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
  if (typeof framing !== 'string' || framing.length > longestName) return undefined
  return { framing, maxFrame: typeof maxFrame === 'number' ? maxFrame : undefined }
}
