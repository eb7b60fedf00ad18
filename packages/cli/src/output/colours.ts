import { styleText } from 'node:util'

/** Wraps text in a colour, or leaves it. */
export type Paint = (text: string) => string

/** The colours of the command. Each says what it is for, not what it looks like. */
export interface Colours {
  readonly time: Paint
  readonly connected: Paint
  readonly received: Paint
  readonly sent: Paint
  readonly closed: Paint
  readonly trouble: Paint
  readonly escape: Paint
  readonly note: Paint
  readonly strong: Paint
}

/** What decides on colours: the relevant parts of a stream. */
export interface ColourTarget {
  readonly isTTY?: boolean
}

/**
 * Whether to colour: FORCE_COLOR and NO_COLOR as https://force-color.org and https://no-color.org
 * define them, else on a terminal that is not `dumb`.
 */
export function wantsColour(target: ColourTarget, environment: NodeJS.ProcessEnv): boolean {
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  const refused = environment['NO_COLOR']
  if (refused !== undefined && refused !== '') return false
  return target.isTTY === true && environment['TERM'] !== 'dumb'
}

/** The colours, or with `enabled` false a set that changes nothing. */
export function createColours(enabled: boolean): Colours {
  const paint = (style: Parameters<typeof styleText>[0]): Paint => {
    if (!enabled) return (text) => text
    // Asked once: styleText validates its arguments and the stream on every call.
    const [before = '', after = ''] = styleText(style, '\0', { validateStream: false }).split('\0')
    return (text) => (text === '' ? '' : `${before}${text}${after}`)
  }
  return {
    time: paint('dim'),
    connected: paint('green'),
    received: paint('cyan'),
    sent: paint('magenta'),
    closed: paint('yellow'),
    trouble: paint('red'),
    escape: paint('inverse'),
    note: paint('dim'),
    strong: paint('bold'),
  }
}
