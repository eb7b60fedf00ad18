import type { Outcome, RunEvent, RunReport } from '@hawser/workbench'
import { escapeText } from '../../output/escape.js'
import { stringifySafely } from '../../output/json.js'
import { count, plural } from '../../output/numbers.js'

/** What is printed of a run. */
export interface RunRenderer {
  /** @returns a line; undefined for what is said on stderr */
  event(event: RunEvent): string | undefined
  report(report: RunReport): string
}

/** An object a line. */
export const jsonRun: RunRenderer = {
  event(event) {
    if (event.event === 'outcome') return stringifySafely({ event: 'outcome', ...event.outcome })
    if (event.event === 'notice') return stringifySafely(event)
    const { definition, addresses, error } = event.session
    const { kind, name } = definition
    return stringifySafely({ event: event.event, kind, name, addresses, error })
  },
  report({ isOk, outcomes, sessions }) {
    const met = outcomes.filter(({ isMet }) => isMet).length
    return stringifySafely({
      event: 'summary',
      isOk,
      met,
      expected: outcomes.length,
      sessions: sessions.map(({ definition, accepted, bytesRead, bytesWritten, error }) => {
        const { kind, name } = definition
        return { kind, name, connections: accepted, bytesRead, bytesWritten, error }
      }),
    })
  },
}

/** Lines for people. */
export const spokenRun: RunRenderer = {
  event(event) {
    if (event.event === 'notice') return undefined
    if (event.event === 'outcome') return escapeText(sayOutcome(event.outcome))
    const { definition, addresses, error } = event.session
    const { kind, name } = definition
    if (event.event === 'failed') {
      return escapeText(`${kind} ${name} could not start: ${error ?? 'there was no time'}`)
    }
    if (kind === 'client' && addresses.length === 0) {
      return escapeText(`client ${name} is started, and not connected`)
    }
    const where = addresses.length === 0 ? '' : ` ${addresses.join(', ')}`
    return escapeText(`${kind} ${name} ${kind === 'client' ? 'connected to' : 'on'}${where}`)
  },
  report({ isOk, outcomes, sessions }) {
    const sum = (of: 'accepted' | 'bytesRead' | 'bytesWritten'): number =>
      sessions.reduce((all, session) => all + session[of], 0)
    const met = outcomes.filter(({ isMet }) => isMet).length
    const expected = outcomes.length === 0 ? '' : `${met} of ${outcomes.length} expectations met, `
    const connections = plural(sum('accepted'), 'connection')
    const bytes = `${count(sum('bytesRead'))} bytes in, ${count(sum('bytesWritten'))} out`
    return `${isOk ? 'ok' : 'failed'}: ${expected}${connections}, ${bytes}`
  },
}

function sayOutcome({ kind, name, isMet, after, error }: Outcome): string {
  return isMet ? `${kind} ${name}: met after ${after} ms` : `${kind} ${name}: not met: ${error}`
}
