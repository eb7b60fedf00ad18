import { invalid, show } from '../../options/invalid.js'
import type { Correlation, Correlator } from './correlation.js'
import { IdentifiedCorrelator } from './identified-correlator.js'
import { OrderedCorrelator } from './ordered-correlator.js'

const takes =
  'takes the functions identify and idOf for replies with ids, or isPush for replies in order'

/** Remembers the requests of one connection as its protocol wants it. */
export function createCorrelator<In, Out>(rules: Correlation<In, Out>): Correlator<In, Out> {
  return 'identify' in rules ? new IdentifiedCorrelator(rules) : new OrderedCorrelator(rules)
}

/** @throws OptionError unless it is one of the two kinds, whole */
export function assertCorrelation(rules: object): void {
  if (typeof rules !== 'object' || rules === null)
    throw invalid('correlate', `is ${show(rules)}: it ${takes}`)
  const { identify, idOf, isPush } = rules as Record<string, unknown>
  const isWhole = (identify === undefined) === (idOf === undefined)
  const isKind = identify === undefined || isPush === undefined
  const areFunctions = [identify, idOf, isPush].every(
    (rule) => rule === undefined || typeof rule === 'function',
  )
  if (isWhole && isKind && areFunctions) return
  throw invalid('correlate', takes)
}
