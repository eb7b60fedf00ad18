import type { Definition } from '@hawser/workbench'
import { UsageError } from '../failure.js'
import { nameOf } from './name.js'

/** Flags that a session has nothing to do with. */
const harmless =
  /^(?:-[vndNCDFrT46]|--(?:verbose|no-shutdown|crlf|nodns|ipv4|ipv6|recv-only|send-only|telnet))$/
/** Flags with a value that a session has nothing to do with. */
const harmlessWithValue = /^(?:-[wqiIOGMmHs]|--(?:wait|idle-timeout|delay|source|quit))$/
/** Flags that run a program. */
const running = /^(?:-[ec]|--(?:exec|sh-exec|lua-exec|allow-exec))/

interface Asked {
  listens: boolean
  isUnix: boolean
  isTls: boolean
  isVerified: boolean
  isChat: boolean
  port: string | undefined
  most: number | undefined
  readonly places: string[]
}

/**
 * What `nc`, `ncat`, `netcat` or `telnet` would do with these words.
 *
 * @throws UsageError for what a session cannot be, and for what runs a program
 */
export function readNcLine(program: string, words: readonly string[]): Definition {
  const asked = readFlags(program, words)
  return asked.listens ? toServer(program, asked) : toClient(program, asked)
}

function readFlags(program: string, words: readonly string[]): Asked {
  const asked: Asked = {
    listens: false,
    isUnix: false,
    isTls: false,
    isVerified: false,
    isChat: false,
    port: undefined,
    most: undefined,
    places: [],
  }
  const queue = words.flatMap((word) => spread(word))
  for (let flag = queue.shift(); flag !== undefined; flag = queue.shift()) {
    if (!flag.startsWith('-') || flag === '-') asked.places.push(flag)
    else if (running.test(flag)) throw runs(program, flag)
    else if (!readFlag(asked, flag, () => queue.shift())) throw unknown(program, flag)
  }
  return asked
}

/** `-lvnp` is `-l -v -n -p`, `-p8000` is `-p 8000`, and `--name=value` is `--name value`. */
function spread(word: string): string[] {
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
  if (name !== undefined && value !== undefined) return [name, value]
  if (!/^-[a-zA-Z0-9]/.test(word) || word.startsWith('--')) return [word]
  const [, flags = '', rest = ''] = /^-([a-zA-Z46]+)(.*)$/s.exec(word) ?? []
  if (flags === '') return [word]
  return [...flags.split('').map((flag) => `-${flag}`), ...(rest === '' ? [] : [rest])]
}

/** @returns whether it is known */
function readFlag(asked: Asked, flag: string, next: () => string | undefined): boolean {
  if (harmless.test(flag)) return true
  switch (flag) {
    case '-l':
    case '--listen':
      asked.listens = true
      return true
    case '-k':
    case '--keep-open':
      return true
    case '-U':
    case '--unixsock':
      asked.isUnix = true
      return true
    case '--ssl':
      asked.isTls = true
      return true
    case '--ssl-verify':
      asked.isTls = true
      asked.isVerified = true
      return true
    case '--broker':
    case '--chat':
      asked.isChat = true
      return true
    case '-p':
    case '--source-port':
      asked.port = next()
      return true
    case '--max-conns':
      asked.most = Number(next())
      return true
    default:
      if (!harmlessWithValue.test(flag)) return false
      next()
      return true
  }
}

function toServer(program: string, asked: Asked): Definition {
  const { places, isUnix, isTls, isChat, most } = asked
  const [first, second] = places
  const port = second ?? asked.port ?? first
  const host = second === undefined && asked.port === undefined ? undefined : first
  if (port === undefined) throw lacks(program, `${program} -l 8000`)
  const listen = isUnix ? `unix:${first}` : `${bracket(host ?? '127.0.0.1')}:${checkPort(port)}`
  return {
    kind: 'server',
    name: nameOf('server', listen),
    framing: 'raw',
    listen,
    ...(isChat ? { respond: 'chat' as const } : {}),
    ...(most === undefined || !Number.isSafeInteger(most) ? {} : { maxConnections: most }),
    ...(isTls ? { tls: true } : {}),
  }
}

function toClient(program: string, { places, isUnix, isTls, isVerified }: Asked): Definition {
  const [host, port = program === 'telnet' ? '23' : undefined] = places
  if (host === undefined || (port === undefined && !isUnix)) {
    throw lacks(program, `${program} 127.0.0.1 8000`)
  }
  const connect = isUnix ? `unix:${host}` : `${bracket(host)}:${checkPort(port ?? '')}`
  const tls = isTls ? { tls: isVerified ? true : { insecure: true } } : {}
  return { kind: 'client', name: nameOf('client', connect), framing: 'raw', connect, ...tls }
}

function bracket(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

function checkPort(port: string): string {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return port
  throw new UsageError(`${JSON.stringify(port)} is no port`, 'write a number from 0 to 65535')
}

function runs(program: string, flag: string): UsageError {
  return new UsageError(
    `${program} ${flag} would run a program`,
    'leave it out: a session can echo, relay, or be answered by hand',
  )
}

function unknown(program: string, flag: string): UsageError {
  const why = /^(?:-[uzXx]|--(?:udp|sctp|proxy.*))$/.test(flag)
    ? 'is nothing for a session'
    : 'is not known here'
  return new UsageError(
    `${program} ${flag} ${why}`,
    `write ${program} HOST PORT, or ${program} -l PORT`,
  )
}

function lacks(program: string, example: string): UsageError {
  return new UsageError('the line does not say where', `write ${example}`)
}
