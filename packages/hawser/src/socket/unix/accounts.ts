import { readFileSync } from 'node:fs'

/** What chown(2) takes for "leave it as it is". */
const leave = -1

/**
 * A user's number, by its name in /etc/passwd (passwd(5)).
 *
 * @throws an `ENOUSER` error when it is not there
 */
export function userId(user: number | string | undefined): number {
  return idOf(user, 'user', '/etc/passwd')
}

/**
 * A group's number, by its name in /etc/group (group(5)).
 *
 * @throws an `ENOGROUP` error when it is not there
 */
export function groupId(group: number | string | undefined): number {
  return idOf(group, 'group', '/etc/group')
}

/** Both files have the name first and the number third. */
function idOf(id: number | string | undefined, what: 'user' | 'group', file: string): number {
  if (id === undefined) return leave
  if (typeof id === 'number') return id
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name, , number = ''] = line.split(':')
    if (name === id && /^\d+$/.test(number)) return Number(number)
  }
  const text = `${file} has no ${what} ${id}: make it, or give its number where another directory knows it`
  throw Object.assign(new Error(text), { code: what === 'user' ? 'ENOUSER' : 'ENOGROUP' })
}
