import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

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

/** Write the `.gitignore` of a project, if there is none. @returns what one that is there does not name */
export async function ignoreInGit(root: string): Promise<readonly string[]> {
  const path = join(root, '.gitignore')
  try {
    await writeFile(path, text, { flag: 'wx' })
    return []
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const lines = new Set((await readFile(path, 'utf8')).split(/\r?\n/).map((line) => line.trim()))
  return ['*.hawser', '*.pem', '*.key'].filter((line) => !lines.has(line))
}
