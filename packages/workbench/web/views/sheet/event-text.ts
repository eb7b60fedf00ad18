import { decodeEvent } from '../../backend/decode-event.js'
import type { Row } from '../../backend/decode-rows.js'
import { showSize } from '../../bytes/amounts.js'
import { showPlace } from '../../bytes/show-place.js'
import { tame } from '../../bytes/show-text.js'
import type { Words } from '../../words/words.js'

type Details = Readonly<Record<string, unknown>>

/** What an event says, for people. An event that is not known is shown as it is. */
export function eventText(row: Row, words: Words): string {
  const event = decodeEvent(row.bytes)
  return tame(event === undefined ? new TextDecoder().decode(row.bytes) : word(event, words))
}

function word(event: Details, words: Words): string {
  switch (event['event']) {
    case 'open':
      return openText(event, words)
    case 'continues':
      return words.continues(openText(event, words))
    case 'close':
      return closeText(event, words)
    case 'listening':
      return words.listening(list(event['addresses']))
    case 'refused':
      return words.refusedBecause(
        showPlace(event['remoteAddress'], event['remotePort']),
        text(event['reason']),
      )
    case 'failed':
      return words.failedEvent(text(event['error']), Number(event['tries'] ?? 1))
    case 'note':
    case 'bookmark':
      return remarkText(event, words)
    case 'fault':
      return words.faultEvent(faultText(event))
    case 'faults':
      return list(event['faults']) === '' ? words.noFaults : words.faultEvent(list(event['faults']))
    case 'responded':
      return respondedText(event, words)
    case 'repeat':
    case 'sequence':
      return runText(event, words)
    case 'printed':
      return `${text(event['stream'])}: ${text(event['text'])}`
    case 'protocol':
      return `${text(event['name'])} · ${words.guessed}`
    case 'deleted':
      return words.deletedEvent
    case 'lost':
      return words.lostRows(
        text(event['rows']),
        showSize(Number(event['in']) + Number(event['out'])),
      )
    default:
      return `${text(event['event'])} ${rest(event)}`
  }
}

function remarkText(event: Details, words: Words): string {
  const { event: kind, row, off, file } = event
  const number = text(row)
  const said = {
    note: words.noteEvent(text(event['text'])),
    bookmark: words.bookmarkEvent,
  }
  const onRow = {
    note: words.noteOnRow(number, text(event['text'])),
    bookmark: off === true ? words.bookmarkOff(number) : words.bookmarkOn(number),
  }
  const what = (row === undefined ? said : onRow)[kind as 'note' | 'bookmark']
  return file === undefined ? what : `${what} · ${text(file)}`
}

function openText(event: Details, words: Words): string {
  const local = showPlace(event['localAddress'], event['localPort'])
  const remote = showPlace(event['remoteAddress'], event['remotePort'])
  const tls = event['tls'] as Details | undefined
  const secured = tls === undefined ? '' : ` · ${text(tls['protocol'])} ${text(tls['cipher'])}`
  const said =
    event['side'] === 'client' ? words.openedFrom(local, remote) : words.opened(local, remote)
  return said + secured + holderText(event)
}

/** Of a program that is watched. */
function holderText({ program, pid, thread }: Details): string {
  if (program === undefined) return ''
  const holder = ` · ${text(program)} ${text(pid)}`
  return thread === undefined ? holder : `${holder}, thread ${text(thread)}`
}

/** By whom and why a connection was closed. */
export function closeText(event: Details, words: Words): string {
  const by = { local: words.byLocal, remote: words.byRemote, error: words.byError }[
    text(event['by'])
  ]
  const error = event['error'] as Details | undefined
  const why = error?.['message'] === undefined ? text(event['reason']) : text(error['message'])
  return words.closedBy(by ?? text(event['by']), why)
}

function respondedText({ rule, script, act, delay, error }: Details, words: Words): string {
  const done = act === 'failed' ? words.actFailed(text(error)) : nameAct(text(act), words)
  const said =
    script === undefined
      ? words.respondedEvent(text(rule), done)
      : words.scriptEvent(text(script), done)
  return delay === undefined ? said : `${said} · ${words.afterMs(text(delay))}`
}

function runText(event: Details, words: Words): string {
  const { event: kind, name, state, sent, every, behind, step, error } = event
  const states: Readonly<Record<string, string>> = {
    begun: words.runBegun,
    done: words.runDone,
    stopped: words.runStopped,
    failed: words.runFailed,
  }
  const what = kind === 'repeat' ? words.repeat : words.sequence
  const facts = [
    [what, text(name)].filter(Boolean).join(' '),
    states[text(state)] ?? text(state),
    every === undefined ? '' : words.runEvery(text(every)),
    step === undefined ? '' : words.runAt(text(step)),
    sent === undefined ? '' : words.runSent(text(sent)),
    behind === undefined ? '' : words.runBehind(text(behind)),
    text(error),
  ]
  return facts.filter(Boolean).join(' · ')
}

function nameAct(act: string, words: Words): string {
  const names: Readonly<Record<string, string>> = {
    reply: words.ruleReplies,
    pass: words.rulePasses,
    drop: words.ruleDrops,
    close: words.ruleCloses,
    reset: words.ruleResets,
  }
  return names[act] ?? act
}

/** As `--fault` spells it, and what it did where that is known. */
function faultText({ fault, what, effect, bytes, ...others }: Details): string {
  if (fault === undefined) return rest({ what, effect, bytes, ...others })
  const done = [what, effect, bytes === undefined ? undefined : showSize(Number(bytes))]
  return [fault, ...done].map(text).filter(Boolean).join(' · ')
}

function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join(', ') : text(value)
}

function rest(event: Details): string {
  return Object.entries(event)
    .filter(([name]) => name !== 'event' && name !== 'session')
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(' ')
}
