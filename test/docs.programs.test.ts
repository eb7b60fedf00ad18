import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nameOf, readDocuments } from './support/markdown.js'
import { Running } from './support/running.js'
import { compileSnippets, createProgramFolder, relocate } from './support/snippets.js'

const blocks = readDocuments().flatMap((document) => document.blocks)
const snippets = compileSnippets(blocks)

describe('TypeScript in the documents', () => {
  it.each(snippets.map((snippet) => [nameOf(snippet.block), snippet.problems] as const))(
    '%s compiles under the strict options',
    (_name, problems) => expect(problems).toEqual([]),
  )

  it.each(findRuns().map((run) => [nameOf(run.client.block), run] as const))(
    '%s runs and prints what the document says',
    async (_name, { client, server, output }) => {
      const folder = createProgramFolder({})
      const path = join(folder, 'server.sock')
      const start = (text: string): Running =>
        new Running(
          process.execPath,
          ['--input-type=module', '--eval', relocate(text, path)],
          folder,
        )
      if (server !== undefined) {
        await start(`${server.output}\nconsole.log('the server is ready')`).prints(/is ready/)
      }
      const running = start(client.output)
      expect({ ...(await running.ended), complaints: running.complained }).toEqual({
        code: 0,
        signal: null,
        complaints: '',
      })
      if (output !== undefined) expect(running.printed).toBe(output)
    },
  )
})

/** Each snippet marked `run`, with the server in front of it and the output behind it. */
function findRuns(): {
  client: Snippet
  server: Snippet | undefined
  output: string | undefined
}[] {
  let server: Snippet | undefined
  return snippets.flatMap((snippet) => {
    if (server?.block.document !== snippet.block.document) server = undefined
    if (snippet.block.marks.includes('serve')) server = snippet
    if (!snippet.block.marks.includes('run')) return []
    const next = blocks[blocks.indexOf(snippet.block) + 1]
    const output = next?.marks.includes('output') === true ? next.text : undefined
    return [{ client: snippet, server, output }]
  })
}

type Snippet = (typeof snippets)[number]
