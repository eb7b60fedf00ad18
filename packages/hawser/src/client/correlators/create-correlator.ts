import { invalid, show } from '../../options/invalid.js'
import type { Correlation, Correlator, IdRange } from './correlation.js'
import { IdentifiedCorrelator } from './identified-correlator.js'
import { NumberedCorrelator } from './numbered-correlator.js'
import { OrderedCorrelator } from './ordered-correlator.js'

const takes =
  'takes the functions identify and idOf for replies with ids, or isPush and unsolicited for replies in order'

/**
 * Remembers the requests of one connection as its protocol wants it.
 *
 * @param most how many may wait for their reply
 */
export function createCorrelator<In, Out>(
  rules: Correlation<In, Out>,
  most: number,
): Correlator<In, Out> {
  if (!('identify' in rules)) return new OrderedCorrelator(rules, most)
  return rules.ids === undefined
    ? new IdentifiedCorrelator(rules, most)
    : new NumberedCorrelator(rules, most)
}

/** @throws OptionError unless it is one of the kinds, whole */
export function assertCorrelation(rules: object): void {
  if (typeof rules !== 'object' || rules === null)
    throw invalid('correlate', `is ${show(rules)}: it ${takes}`)
  const { ids, identify, idOf, isPush, unsolicited } = rules as Record<string, unknown>
  if (unsolicited !== undefined && unsolicited !== 'push') {
    const remedy = "it takes 'push'; an id that is no reply's goes into ids.unsolicited"
    throw invalid('correlate.unsolicited', `is ${show(unsolicited)}: ${remedy}`)
  }
  const isWhole = (identify === undefined) === (idOf === undefined)
  const isOrdered = isPush !== undefined || unsolicited !== undefined
  const isKind = identify === undefined ? ids === undefined : !isOrdered
  const areFunctions = [identify, idOf, isPush].every(
    (rule) => rule === undefined || typeof rule === 'function',
  )
  if (!isWhole || !isKind || !areFunctions) throw invalid('correlate', takes)
  if (ids !== undefined) assertIds(ids as IdRange)
}

function assertIds(ids: IdRange): void {
  if (typeof ids !== 'object' || ids === null)
    throw invalid('correlate.ids', `is ${show(ids)}: it takes { from, to }`)
  const { from, to, unsolicited } = ids
  for (const [name, id] of Object.entries({ from, to, unsolicited })) {
    if (Number.isSafeInteger(id) || (name === 'unsolicited' && id === undefined)) continue
    throw invalid(`correlate.ids.${name}`, `is ${show(id)}: it takes a whole number`)
  }
  const isOnly = from === to && from === unsolicited
  if (from > to || isOnly)
    throw invalid('correlate.ids', `leaves no id for a request from ${from} to ${to}`)
}
