import type { Stage } from './stage.js'

/** Which direction: from the client to the target, or back. */
export type Way = 'up' | 'down'

/** The numbers of a fault, by the names that toxiproxy gives them. */
export type Attributes = Readonly<Record<string, number>>

/** A kind of fault. */
export interface FaultKind {
  /** In `--fault`. */
  readonly word: string
  /** In the REST API; toxiproxy's type where it has it. */
  readonly type: string
  /** The attributes, each with the value it has when it is left out. */
  readonly defaults: Attributes
  /** Those that are shares, from 0 to 1; all others are whole numbers. */
  readonly shares?: readonly string[]
  /**
   * @param text what stands behind `=`; undefined when nothing does
   * @throws UsageError
   */
  parse(text: string | undefined): Attributes
  /** What stands behind `=` for these; empty when nothing has to. */
  show(attributes: Attributes): string
  /**
   * @param random from 0 up to, and not including, 1
   * @param now milliseconds
   * @param before the stage that this one replaces, where the fault was changed
   */
  create(attributes: Attributes, random: () => number, now: number, before?: Stage): Stage
}

/** A fault of a proxy. */
export interface Fault {
  readonly name: string
  readonly kind: FaultKind
  readonly way: Way
  /** The probability with which it meets a connection, from 0 to 1. */
  readonly toxicity: number
  readonly attributes: Attributes
}

/** As `--fault` takes it: `latency=100±20@down:0.5`. */
export function showFault({ kind, attributes, way, toxicity }: Omit<Fault, 'name'>): string {
  const value = kind.show(attributes)
  const chance = toxicity === 1 ? '' : `:${toxicity}`
  return `${kind.word}${value === '' ? '' : `=${value}`}@${way}${chance}`
}

/** The value of an attribute. */
export function valueOf(attributes: Attributes, name: string): number {
  return attributes[name] ?? 0
}
