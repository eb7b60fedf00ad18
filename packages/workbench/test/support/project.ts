import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createFolder } from '../../../../test/support/folders.js'
import { Project } from '../../src/project/project.js'
import { TrustedFolders } from '../../src/trust/trusted.js'
import { createList } from './sessions.js'

/** A project with sessions of its own, which end with the test. */
export async function openProject(
  files: Readonly<Record<string, object | string>> = {},
  trustedFile?: string,
) {
  const folder = createFolder()
  const write = (file: string, value: object | string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), typeof value === 'string' ? value : JSON.stringify(value))
  }
  for (const [file, value] of Object.entries(files)) write(file, value)
  const both = await createList((...script) => project.openScript(...script))
  const { list, notices } = both
  const project: Project = await Project.open(folder, {
    sessions: list,
    trusted: new TrustedFolders(trustedFile),
    onNotice: (_level, text) => void notices.push(text),
  })
  return {
    ...both,
    folder,
    project,
    write,
    read: (file: string): string => readFileSync(join(folder, file), 'utf8'),
    problems: () => project.state.problems.map(({ file, message }) => `${file} ${message}`),
  }
}
