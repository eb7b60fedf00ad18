import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { readText } from './read-text.js'
import { writeText } from './write-text.js'

/** What should not get into git: what was said, and keys. */
const ignored = [
  '*.hawser',
  '*.hawser.lock',
  '*.pcapng',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.sock',
]

const text = `# Of Hawser's workbench: what was said, and keys, are not for others.
${ignored.join('\n')}
`

/** Bytes of one that is there. */
const mostBytes = 1024 * 1024

/** Write the `.gitignore` of a project, if there is none. @returns what one that is there does not name */
export async function ignoreInGit(root: string): Promise<readonly string[]> {
  const name = '.gitignore'
  const path = join(root, name)
  if ((await lstat(path).catch(() => undefined)) === undefined) {
    await writeText(root, name, text, true)
    return []
  }
  // Git does not read one that is a link either.
  const there = await readText(path, mostBytes).catch(() => '')
  const lines = new Set(there.split(/\r?\n/).map((line) => line.trim()))
  return ['*.hawser', '*.pem', '*.key'].filter((line) => !lines.has(line))
}
