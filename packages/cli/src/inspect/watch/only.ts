import type { SeenConnection } from '@hawser/inspect'
import { nearest } from '../../arguments/nearest.js'
import { UsageError } from '../../failure.js'
import { splitPlace } from './place.js'

/** What a connection has to be to be shown: all of these. */
export type Only = Readonly<Partial<Record<Field, string>>>

type Field = 'port' | 'host' | 'pid' | 'role' | 'path'
type Connection = Pick<SeenConnection, 'host' | 'path' | 'local' | 'remote' | 'role' | 'thread'>

const roles: readonly string[] = ['accept', 'connect', 'adopt']
const remedy =
  'write port=5432, host=db.example, pid=4711, role=connect or path=/run/app.sock, with a comma for both'

/** How a field is compared with a connection. */
const fields: Readonly<Record<Field, (connection: Connection, value: string) => boolean>> = {
  port: (connection, value) => placesOf(connection).some(({ port }) => port === value),
  host: (connection, value) =>
    placesOf(connection).some(({ host }) => host.toLowerCase() === value.toLowerCase()),
  pid: ({ thread }, value) => String(thread.pid) === value,
  role: ({ role }, value) => role === value,
  path: ({ path, local, remote }, value) => [path, local, remote].includes(value),
}

/**
 * `port=5432,role=connect`
 *
 * @throws UsageError
 */
export function parseOnly(text: string): Only {
  const parts = text.split(',').map((part) => parsePart(part))
  return Object.fromEntries(parts)
}

/** The same as it is written. */
export function showOnly(only: Only): string {
  return Object.entries(only)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

function parsePart(part: string): [Field, string] {
  const at = part.indexOf('=')
  const name = part.slice(0, Math.max(0, at)).trim()
  const value = part.slice(at + 1).trim()
  if (at < 1 || value === '') throw new UsageError(`--only ${part} is not NAME=VALUE`, remedy)
  if (!isField(name)) {
    const meant = nearest(name, Object.keys(fields))
    throw new UsageError(
      `--only knows no ${name}`,
      meant === undefined ? remedy : `did you mean ${meant}?`,
    )
  }
  if ((name === 'port' || name === 'pid') && !/^\d{1,10}$/.test(value)) {
    throw new UsageError(`--only ${part} is no number`, remedy)
  }
  if (name === 'role' && !roles.includes(value)) {
    throw new UsageError(`--only knows no role ${value}`, `write ${roles.join(', ')}`)
  }
  return [name, value]
}

function isField(name: string): name is Field {
  return Object.hasOwn(fields, name)
}

/** Whether a connection is one of those that are shown. */
export function isAmong(connection: Connection, only: readonly Only[] | undefined): boolean {
  if (only === undefined) return true
  return only.some((each) =>
    Object.entries(each).every(([name, value]) => isField(name) && fields[name](connection, value)),
  )
}

function placesOf({ local, remote, host }: Connection): { host: string; port: string }[] {
  return [local, remote, host].flatMap((place) => {
    const found = place === undefined ? undefined : splitPlace(place)
    return found === undefined ? [] : [{ host: found.host, port: String(found.port) }]
  })
}
