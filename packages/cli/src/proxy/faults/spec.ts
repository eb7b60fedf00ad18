import { nearest } from '../../arguments/nearest.js'
import { UsageError } from '../../failure.js'
import { faultKinds } from './catalogue.js'
import type { Fault, Way } from './fault.js'

/**
 * The faults of `--fault`, with names as toxiproxy gives them.
 *
 * @param texts such as `latency=100±20@down:0.5`
 * @throws UsageError
 */
export function parseFaults(texts: readonly string[]): Fault[] {
  const faults: Fault[] = []
  for (const text of texts) {
    const fault = parseFault(text)
    const usual = `${fault.kind.type}_${fault.way}stream`
    const same = faults.filter(({ kind, way }) => kind === fault.kind && way === fault.way).length
    faults.push({ ...fault, name: same === 0 ? usual : `${usual}_${same + 1}` })
  }
  return faults
}

function parseFault(text: string): Omit<Fault, 'name'> {
  const match = /^([a-z-]+)(?:=([^@:]*))?(?:@([^:]*))?(?::(.*))?$/.exec(text)
  const [, word, value, way = 'down', toxicity = '1'] = match ?? []
  const kind = faultKinds.find((each) => each.word === word)
  if (kind === undefined) {
    // That which does nothing is there for toxiproxy's clients.
    const words = faultKinds.map((each) => each.word).filter((each) => each !== 'noop')
    const meant = word === undefined ? undefined : nearest(word, words)
    const hint = meant === undefined ? '' : `: did you mean ${meant}?`
    throw new UsageError(
      `there is no fault ${JSON.stringify(word ?? text)}${hint}`,
      `write one of ${words.join(', ')}, such as --fault latency=100±20@down:0.5`,
    )
  }
  return {
    kind,
    way: parseWay(text, way),
    toxicity: parseToxicity(text, toxicity),
    attributes: kind.parse(value),
  }
}

function parseWay(text: string, way: string): Way {
  if (way === 'up' || way === 'down') return way
  throw new UsageError(
    `--fault ${text} goes ${JSON.stringify(way)}`,
    'write @up, from the client to the target, or @down',
  )
}

function parseToxicity(text: string, chance: string): number {
  const value = Number(chance)
  if (chance !== '' && value >= 0 && value <= 1) return value
  throw new UsageError(
    `--fault ${text} has the probability ${JSON.stringify(chance)}`,
    'write a number from 0 to 1 behind the colon',
  )
}
