import { assertAbstract, isAbstract, readAbstract, showAbstract } from './abstract.js'
import { invalidEndpoint as invalid } from '../invalid-endpoint.js'

/** A Unix socket: where it is and, to listen on it, whose it is. */
export interface UnixAddress {
  /** Path of the socket; `\0name` is an abstract one, which has no file (Linux, unix(7)). */
  readonly path: string
  /**
   * Who may connect, as chmod(2) takes it: 0 to 0o777, and who may write may connect. The socket is
   * never there with another mode. Default: what the process's umask leaves.
   */
  readonly mode?: number | undefined
  /** Who owns it: a user's number, or a name out of /etc/passwd. Only root may give it away. */
  readonly owner?: number | string | undefined
  /**
   * Which group owns it: a number, or a name out of /etc/group. Without privilege, one that the
   * process is in.
   */
  readonly group?: number | string | undefined
}

/** A Unix socket. */
export interface UnixEndpoint {
  /** Tells the four apart. */
  readonly kind: 'unix'
  /** The socket's path. */
  readonly path: string
  /** Its permissions; undefined is what the umask leaves. */
  readonly mode: number | undefined
  /** Its owner's number or name; undefined is the process's. */
  readonly owner: number | string | undefined
  /** Its group's number or name; undefined is the process's, or the folder's. */
  readonly group: number | string | undefined
}

/** A Unix socket's path has at most this many bytes on Linux (unix(7)). */
export const longestPath = 107
const largestMode = 0o777
/** (uid_t) -1 is no user: chown(2) takes it for "leave it". */
const largestId = 0xff_ff_ff_fe
const settingNames = new Set(['mode', 'owner', 'group'])
const encoder = new TextEncoder()

/** @param shown the endpoint as it was passed */
export function parseUnix(address: UnixAddress, shown: string): UnixEndpoint {
  const { path, mode, owner, group } = address
  const isText = typeof path === 'string' && path !== ''
  if (isText && isAbstract(path)) assertAbstract(path, isOwned(address), shown)
  else if (!isText || path.includes('\0')) {
    throw invalid(shown, 'a Unix socket needs a path, as in unix:/run/app.sock')
  }
  const size = encoder.encode(path).length
  if (size > longestPath) {
    throw invalid(shown, `its path has ${size} bytes and a Unix socket's may have ${longestPath}`)
  }
  if (mode !== undefined && !(Number.isInteger(mode) && mode >= 0 && mode <= largestMode)) {
    throw invalid(
      shown,
      `a mode is 0 to 0o777, and this is ${octal(mode)}: write 0o660, or mode=660 in text`,
    )
  }
  assertId(owner, 'owner', shown)
  assertId(group, 'group', shown)
  return { kind: 'unix', path, mode, owner, group }
}

/** Whether a text is a path, as `unixAddress` writes one. */
export function isPath(text: string): boolean {
  return /^\.{0,2}\//.test(text) || isAbstract(text)
}

/** A path as it is known for one wherever an endpoint is read: `app.sock` is `./app.sock`. */
export function unixAddress(path: string): string {
  return path === '' || isPath(path) ? path : `./${path}`
}

/**
 * Refuse a path alone that is followed by settings, which would be a part of its name: a socket would
 * be made that every user may use.
 *
 * @throws OptionError `HAWSER_INVALID_ENDPOINT`
 */
export function assertNoSettings(text: string): void {
  if (!isPath(text) || !/\?(?:mode|owner|group)=/.test(text)) return
  throw invalid(text, `put unix: in front of it to set its mode, as in unix:${text}`)
}

/** `unix:/path?mode=660&owner=app&group=web`, or a path alone, which is taken as it is. */
export function parseUnixText(text: string): UnixEndpoint {
  if (isPath(text)) return parseUnix({ path: text }, text)
  const [, path = '', settings] = /^unix:(?:\/\/(?=\/))?([^?]*)(?:\?(.*))?$/is.exec(text) ?? []
  return parseUnix(
    { path: readAbstract(path), ...(settings === undefined ? {} : readSettings(settings, text)) },
    text,
  )
}

/** As it is read: a path with a question mark cannot stand behind `unix:`. */
export function formatUnix({ path, mode, owner, group }: UnixAddress): string {
  const settings = [
    ...(mode === undefined ? [] : [`mode=${mode.toString(8).padStart(3, '0')}`]),
    ...(owner === undefined ? [] : [`owner=${owner}`]),
    ...(group === undefined ? [] : [`group=${group}`]),
  ]
  // A file that begins with @ would be read as an abstract name.
  const shown = path.startsWith('@') ? unixAddress(path) : showAbstract(path)
  if (settings.length === 0) return path.includes('?') ? unixAddress(path) : `unix:${shown}`
  return `unix:${shown}?${settings.join('&')}`
}

/** Whether it says whose it is, which only its server can set. */
export function isOwned({ mode, owner, group }: UnixAddress): boolean {
  return mode !== undefined || owner !== undefined || group !== undefined
}

function readSettings(settings: string, text: string): Omit<UnixAddress, 'path'> {
  const read: { mode?: number; owner?: number | string; group?: number | string } = {}
  for (const setting of settings.split('&')) {
    const [, name = setting, value = ''] = /^([^=]*)=(.*)$/s.exec(setting) ?? []
    if (!settingNames.has(name) || Object.hasOwn(read, name)) {
      throw invalid(
        text,
        `behind the ? stand mode=, owner= and group=, each at most once, and not ${JSON.stringify(setting)}; ` +
          'a path that has a ? itself is passed as { path }',
      )
    }
    if (name === 'mode') read.mode = readMode(value, text)
    else read[name as 'owner' | 'group'] = /^\d+$/.test(value) ? Number(value) : value
  }
  return read
}

function readMode(value: string, text: string): number {
  if (/^[0-7]{3,4}$/.test(value)) return Number.parseInt(value, 8)
  throw invalid(text, `a mode is three octal digits, as in mode=660, and this is ${value}`)
}

function assertId(id: unknown, what: string, shown: string): void {
  if (id === undefined) return
  const isNumber = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= largestId
  if (isNumber || (typeof id === 'string' && /^[^\s:&?/]+$/.test(id))) return
  throw invalid(shown, `its ${what} is a name or a number, and this is ${JSON.stringify(id)}`)
}

function octal(mode: unknown): string {
  return typeof mode === 'number' && Number.isInteger(mode) && mode >= 0
    ? `${mode} (0o${mode.toString(8)})`
    : String(mode)
}
