import type { Colours, Paint } from './colours.js'
import { escapeText } from './escape.js'
import type {
  ClosedEvent,
  ConnectedEvent,
  ListeningEvent,
  MessageEvent,
  ProxyClosedEvent,
  RefusedEvent,
  Renderer,
  ServerEvent,
  TlsEvent,
  WorkerEvent,
} from './events.js'
import { dumpBytes, markOf } from './hex.js'
import { count, plural } from './numbers.js'
import { wrapCommand } from './commands.js'
import { showMessage, type TextStyle } from './text.js'
import {
  describeOpened,
  describeSeenClose,
  describeSum,
  describeWhose,
  type SeenCloseEvent,
} from './seen.js'
import { describeTls } from './tls.js'
import { columnsOf, glue, wrapHanging } from './width.js'

/** How events become lines. */
export interface ColumnOptions {
  readonly colours: Colours
  /** Pad the fields, so that they stand below each other. */
  readonly aligned: boolean
  /** The worker whose clients these are, if there are several. */
  readonly worker?: number | undefined
  /** Whether there are several, and names of clients are longer. */
  readonly workers: boolean
  /** Show messages as a dump of their bytes. */
  readonly hex: boolean
  /** The most bytes of a message that are shown. */
  readonly limit: number
  /** Columns of the terminal, Infinity where there is none. Asked each time: it may change. */
  readonly width: () => number
}

/** A terminal shows at most so many rows of a message. */
const mostRows = 3
/** Room for the names of clients: `@12`, `@2.125`. */
const nameWidth = { alone: 4, worker: 6 }

/** A line an event: time, client, what happened, and the rest. */
export function createColumnRenderer(options: ColumnOptions): Renderer {
  const { colours, aligned, limit, width } = options
  const names = options.workers ? nameWidth.worker : nameWidth.alone
  const nameOf = (id: number): string => {
    return options.worker === undefined ? `@${id}` : `@${options.worker}.${id}`
  }
  const gap = aligned ? '  ' : ' '
  const open = (connections: number): string => {
    const where = options.worker === undefined ? '' : ' here'
    return colours.note(glue(`(${count(connections)} open${where})`))
  }

  const head = (time: Date, who: string, what: string, paint: Paint): string => {
    const client = aligned ? who.padEnd(names) : who
    const name = aligned ? what.padEnd(9) : what
    const fields = [colours.time(clockTime(time)), client, paint(name)]
    return `${fields.filter((field) => field !== '').join(gap)}${gap}`
  }

  const row = (time: Date, who: string, what: string, paint: Paint, rest: string): string => {
    return `${wrapHanging(head(time, who, what, paint), rest, width())}\n`
  }

  const message = (event: MessageEvent, time: Date): string => {
    const incoming = event.direction === 'in' || event.direction === 'up'
    const bytes = `${count(event.bytes.length)} B`
    const size = aligned ? bytes.padStart(9) : bytes
    const who = event.id === undefined ? '@all' : nameOf(event.id)
    const what =
      event.recipients === undefined ? event.direction : `out to ${count(event.recipients)}`
    const missed = event.missed ? colours.note(` (${count(event.missed)} too slow)`) : ''
    const { marks = [], protocol } = event
    const all = protocol === undefined ? marks : [protocol, ...marks]
    const marked = all.length === 0 ? '' : colours.note(` (${all.join(', ')})`)
    const start = `${head(time, who, what, incoming ? colours.received : colours.sent)}${size}${missed}${marked}`
    if (options.hex) {
      const indent = markOf(incoming ? 'in' : 'out', colours)
      const dump = dumpBytes(event.bytes, { indent, limit })
      return `${[start, ...dump].join('\n')}\n`
    }
    // The terminal wraps it, not we: whoever copies it gets no line feeds that it does not have.
    const style: TextStyle = {
      mark: colours.escape,
      note: colours.note,
      limit,
      columns: mostRows * width() - columnsOf(start + gap),
    }
    return `${`${start}${gap}${showMessage(event.bytes, style)}`.trimEnd()}\n`
  }

  const listening = (event: ServerEvent & { event: 'listening' }): string => {
    const { workers } = event
    const by = workers === undefined ? '' : `, ${plural(workers, 'worker')}`
    const name = event.proxy === undefined ? '' : ` ${escapeText(event.proxy)}`
    const how = colours.note(`(${escapeText(event.framing)}, ${event.mode}${name}${by})`)
    const towards = event.target === undefined ? '' : ` for ${escapeText(event.target)}`
    const where = event.endpoints.map(
      (endpoint) => `listening on ${colours.strong(endpoint)}${towards} ${how}\n`,
    )
    const metrics = event.metrics === undefined ? '' : `metrics on ${event.metrics}\n`
    const page = event.page === undefined ? '' : `page on ${colours.strong(event.page)}\n`
    return `${where.join('')}${page}${metrics}${describeFaults(event)}${event.try.map((command) => `${wrapCommand('  try  ', command, width())}\n`).join('')}`
  }

  return (event, time) => {
    switch (event.event) {
      case 'listening':
        return listening(event)
      case 'api':
        return `API on ${colours.strong(event.url)}\n`
      case 'connected': {
        const rest = `${describeConnected(event)} ${open(event.connections)}`
        return row(time, nameOf(event.id), 'connected', colours.connected, rest)
      }
      case 'message':
        return message(event, time)
      case 'closed': {
        const how = describeEnd(event)
        const rest = `${how} ${open(event.connections)}`
        return row(time, nameOf(event.id), 'closed', colours.closed, rest)
      }
      case 'thread': {
        const what = event.thread === undefined ? 'process' : 'thread'
        const rest = `${describeWhose(event)}, Node.js ${escapeText(event.node)}`
        return row(time, '', what, colours.note, rest)
      }
      case 'thread-ended': {
        const what = event.thread === undefined ? 'process' : 'thread'
        return row(time, '', what, colours.note, `${describeWhose(event)} ended`)
      }
      case 'opened': {
        const rest = `${describeOpened(event)} ${open(event.connections)}`
        return row(time, nameOf(event.id), event.how, colours.connected, rest)
      }
      case 'secured':
        return row(time, nameOf(event.id), 'tls', colours.note, describeTls(event.tls))
      case 'seen':
        return `seen: ${describeSum(event)}\n`
      case 'fault': {
        const what = event.what === undefined ? '' : `: ${event.what}`
        return row(time, nameOf(event.id), 'fault', colours.trouble, `${event.fault}${what}`)
      }
      case 'tls':
        return row(time, nameOf(event.id), 'tls', colours.note, describeSecured(event))
      case 'rule': {
        const rest = `${escapeText(event.rule)}: ${event.direction}, ${event.what}`
        return row(time, nameOf(event.id), 'rule', colours.trouble, rest)
      }
      case 'refused':
        return row(time, '', 'refused', colours.trouble, describeRefusal(event))
      case 'error': {
        const who = event.id === undefined ? '' : nameOf(event.id)
        return row(time, who, 'error', colours.trouble, escapeText(event.message))
      }
      case 'note': {
        const what = escapeText(event.what)
        return row(time, nameOf(event.id), what, colours.note, escapeText(event.text))
      }
      case 'notice':
        return `${wrapHanging('', colours.note(escapeText(event.text)), width())}\n`
      case 'dropped':
        return `${colours.trouble(`… ${count(event.events)} events not shown: they came faster than they could be written`)}\n`
      case 'worker': {
        const paint = event.state === 'crashed' ? colours.trouble : colours.note
        return row(time, '', 'worker', paint, describeWorkerEvent(event))
      }
      case 'draining':
        return `draining${describeOpen(event.connections)} ${describeLimit(event.limit)}; Ctrl-C again stops at once\n`
      case 'stopped':
        return `stopped: ${count(event.drained)} drained, ${count(event.forced)} forced${describeKilled(event.killed)}\n`
    }
  }
}

/** Why a connection ended, and what went through it. */
export function describeClose(
  event: Pick<ClosedEvent, 'by' | 'reason' | 'bytesRead' | 'bytesWritten' | 'unsent' | 'skipped'>,
): string {
  const { skipped = 0 } = event
  const lost = skipped > 0 ? `, ${count(skipped)} B skipped` : ''
  const unsent = event.unsent > 0 ? `, ${count(event.unsent)} B unsent` : ''
  const who = event.by === 'error' ? '' : event.by === 'remote' ? 'by the peer' : 'by us'
  // That is how a connection should end, and goes without saying.
  const how = event.reason === 'ended' && who !== '' ? who : `${event.reason} ${who}`.trimEnd()
  const bytes = `${count(event.bytesRead)} B in${lost}, ${count(event.bytesWritten)} B out${unsent}`
  return `${how}, ${bytes}`
}

function describeEnd(event: ClosedEvent | ProxyClosedEvent | SeenCloseEvent): string {
  if ('in' in event) return describeSeenClose(event)
  const how = 'up' in event ? describeProxyClose(event) : describeClose(event)
  return event.error === undefined ? how : `${how}: ${escapeText(event.error)}`
}

/** The same for one through a proxy. */
function describeProxyClose({ by, reason, up, down }: ProxyClosedEvent): string {
  const who = by === 'local' ? 'by us' : `by the ${by}`
  const how = reason === 'ended' ? who : `${reason} ${who}`
  return `${how}, ${count(up)} B up, ${count(down)} B down`
}

function describeConnected(event: ConnectedEvent): string {
  const proxy = event.proxy === undefined ? '' : `${escapeText(event.proxy)} `
  const via = event.via === undefined ? '' : ` via ${showAddress(event.via)}`
  const tls = event.tls === undefined ? '' : ` ${describeTls(event.tls)}`
  const target = event.target === undefined ? '' : ` to ${showAddress(event.target)}`
  const targetTls = event.targetTls === undefined ? '' : ` ${describeTls(event.targetTls)}`
  return `${proxy}${showAddress(event.remote)}${via}${tls}${target}${targetTls}`
}

function describeSecured({ tls, targetTls }: TlsEvent): string {
  const client = tls === undefined ? 'none' : describeTls(tls)
  const target = targetTls === undefined ? 'none' : describeTls(targetTls)
  return `with the client ${client}; with the target ${target}`
}

function describeFaults({ faults = [], seed }: ListeningEvent): string {
  return faults.length === 0 ? '' : `faults ${faults.join(', ')} (--seed ${seed})\n`
}

function describeWorkerEvent(event: WorkerEvent): string {
  const who = `${event.worker} (process ${event.pid ?? 'none'})`
  if (event.state === 'listening') return `${who} listens`
  const how = typeof event.code === 'string' ? event.code : `code ${event.code}`
  const why = event.message === undefined ? '' : `: ${escapeText(event.message)}`
  const { restartIn } = event
  const next = restartIn === undefined ? '' : `; another one starts in ${Math.ceil(restartIn)} ms`
  return `${who} ${event.state}, ${how}${why}${next}`
}

function describeOpen(connections: number | undefined): string {
  return connections === undefined ? '' : ` ${plural(connections, 'connection')}`
}

function describeKilled(workers = 0): string {
  return workers === 0 ? '' : `, ${plural(workers, 'worker')} killed`
}

function describeLimit(milliseconds: number): string {
  if (milliseconds === Infinity) return 'until all have ended'
  const seconds = milliseconds % 1000 === 0
  return `for at most ${seconds ? `${milliseconds / 1000}s` : `${milliseconds}ms`}`
}

function describeRefusal(event: RefusedEvent): string {
  const who = `${showAddress(event.remote)} ${event.reason}`
  if (event.error !== undefined) return `${who}: ${escapeText(event.error)}`
  if (event.reason === 'denied') return who
  if (event.reason === 'rate') return `${who}: the limit is ${event.limit} a second`
  const open = plural(event.connections, 'connection')
  const whose = event.reason === 'per-address' ? ' from there' : ''
  return `${who}: ${open}${whose}, the limit is ${count(event.limit)}`
}

/** A Unix socket's path may hold any byte. */
function showAddress(address: string): string {
  return escapeText(address)
}

function clockTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const milliseconds = String(time.getMilliseconds()).padStart(3, '0')
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${milliseconds}`
}
