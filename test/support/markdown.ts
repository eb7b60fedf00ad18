import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './programs.js'

/** A fenced block of a document: ```` ```ts run ```` has the language `ts` and the mark `run`. */
export interface Block {
  document: string
  line: number
  language: string
  marks: string[]
  text: string
}

/** Where a block is, as an editor understands it. */
export function nameOf({ document, line }: Block): string {
  return `${document}:${line}`
}

/** A link from one document to a file or to an anchor. */
export interface Link {
  document: string
  line: number
  target: string
}

/** A document taken apart. */
export interface Document {
  path: string
  text: string
  blocks: Block[]
  links: Link[]
  anchors: Set<string>
}

/** Every document of the repository, by its path from the root. */
export function readDocuments(): Document[] {
  return listMarkdown('').map((path) => parse(path, readFileSync(join(ROOT, path), 'utf8')))
}

/** One document. */
export function readDocument(path: string): Document {
  return parse(path, readFileSync(join(ROOT, path), 'utf8'))
}

function listMarkdown(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isFile()) return entry.name.endsWith('.md') ? [path] : []
    const isOurs = entry.isDirectory() && !/^(?:node_modules|dist|api|\..*)$/.test(entry.name)
    return isOurs ? listMarkdown(path) : []
  })
}

function parse(path: string, text: string): Document {
  const document: Document = { path, text, blocks: [], links: [], anchors: new Set() }
  let open: { block: Block; fence: string } | undefined
  for (const [at, line] of text.split('\n').entries()) {
    if (open !== undefined) {
      if (line.trim() === open.fence) open = undefined
      else open.block.text += `${line}\n`
      continue
    }
    const fence = /^\s*(`{3,})(.*)$/.exec(line)
    if (fence !== null) {
      const [language = '', ...marks] = (fence[2] ?? '').trim().split(/\s+/)
      const block: Block = { document: path, line: at + 2, language, marks, text: '' }
      document.blocks.push(block)
      open = { block, fence: fence[1] ?? '' }
      continue
    }
    readLine(document, line, at + 1)
  }
  if (open !== undefined) throw new Error(`${path}:${open.block.line}: the block is never closed`)
  return document
}

function readLine(document: Document, line: string, number: number): void {
  const heading = /^#{1,6} (.+)$/.exec(line)
  if (heading !== null) document.anchors.add(toAnchor(heading[1] ?? '', document.anchors))
  for (const [, name = ''] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) document.anchors.add(name)
  const prose = line.replaceAll(/`[^`]*`/g, '')
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    document.links.push({ document: document.path, line: number, target })
  }
}

/** The anchor that GitHub and npm give a heading. */
function toAnchor(heading: string, taken: ReadonlySet<string>): string {
  const anchor = heading
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
  for (let count = 0; ; count += 1) {
    const candidate = count === 0 ? anchor : `${anchor}-${count}`
    if (!taken.has(candidate)) return candidate
  }
}
