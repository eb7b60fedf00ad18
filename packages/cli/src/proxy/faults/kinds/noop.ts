import type { FaultKind } from '../fault.js'
import { Stage } from '../stage.js'

/** Nothing happens. */
export const noop: FaultKind = {
  word: 'noop',
  type: 'noop',
  defaults: {},
  parse: () => ({}),
  show: () => '',
  create: () => new Stage(),
}
