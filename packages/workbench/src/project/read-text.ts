import { readOwnFile } from '../trust/read-own-file.js'

/**
 * A file of a project, in UTF-8.
 *
 * @param most bytes that it may have
 * @returns rejects with WorkbenchError for a link, what is no file, or is larger; with what the system says
 */
export async function readText(path: string, most: number): Promise<string> {
  return (await readOwnFile(path, most)).toString('utf8')
}
