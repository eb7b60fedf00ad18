import { readdir } from 'node:fs/promises'
import path from 'node:path'

/**
 * A log in several files: `name.000001.hawser`, `name.000002.hawser`, … With a `name.hawser`, which was
 * written before the log was rotated, in front of them.
 */
export interface Segment {
  readonly path: string
  /** 0 for `name.hawser`. */
  readonly number: number
}

const ending = '.hawser'
const segmentName = /^(?<base>.*)\.(?<number>\d{6,9})\.hawser$/s

/** Whether it is the name of one file of a rotation. */
export function isSegment(file: string): boolean {
  return segmentName.test(file)
}

/** `name` of `name.hawser` and of `name.000001.hawser`, with its folder. */
export function baseOf(file: string): string {
  const numbered = segmentName.exec(file)?.groups?.['base']
  return numbered ?? (file.endsWith(ending) ? file.slice(0, -ending.length) : file)
}

/** The path of a segment; 0 is the file as it was named. */
export function segmentPath(file: string, number: number): string {
  return number === 0 ? file : `${baseOf(file)}.${String(number).padStart(6, '0')}${ending}`
}

/** The files of a log that are there, the oldest first. */
export async function findSegments(file: string): Promise<Segment[]> {
  const folder = path.dirname(file)
  const base = path.basename(baseOf(file))
  const whole = segmentName.test(file) ? `${base}${ending}` : path.basename(file)
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw cause
  })
  const segments = names.flatMap((name): Segment[] => {
    if (name === whole) return [{ path: path.join(folder, name), number: 0 }]
    const groups = segmentName.exec(name)?.groups
    if (groups?.['base'] !== base) return []
    return [{ path: path.join(folder, name), number: Number(groups['number']) }]
  })
  return segments.toSorted((left, right) => left.number - right.number)
}

/** The logs in a folder, each by the name that its only file has, or would have. */
export async function findLogs(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  const logs = names
    .filter((name) => name.endsWith(ending))
    .map((name) => `${baseOf(name)}${ending}`)
  return [...new Set(logs)].map((name) => path.join(folder, name)).toSorted()
}
