import { fileURLToPath } from 'node:url'
import type { Command } from './child.js'
import type { Toolchain } from './toolchain.js'

/** A server that a scenario measures. */
export interface Candidate {
  readonly id: string
  /** What the report calls it. */
  readonly title: string
  /** How to start it, or why that is not possible here. */
  command(toolchain: Toolchain): Command | string
}

/** A server of ours or of node:net: a file of `servers/`, with at most one argument. */
export function nodeServer(id: string, title: string, file: string, argument?: string): Candidate {
  const args = [serverFile(file)]
  if (argument !== undefined) args.push(argument)
  return {
    id,
    title,
    command: ({ node }) => ({ program: node.program, args: [...node.args, ...args] }),
  }
}

/** The same file under Bun. */
export function bunServer(id: string, title: string, file: string, argument?: string): Candidate {
  const args = [serverFile(file)]
  if (argument !== undefined) args.push(argument)
  return {
    id,
    title,
    command: ({ bun }) => (typeof bun === 'string' ? bun : { program: bun.program, args }),
  }
}

/** The echo server in Go. */
export const goServer: Candidate = {
  id: 'go',
  title: 'Go, bufio, flush when empty',
  command: ({ go }) => go,
}

/** The echo server in C. */
export const cServer: Candidate = {
  id: 'c',
  title: 'C, epoll',
  command: ({ c }) => c,
}

function serverFile(file: string): string {
  return fileURLToPath(new URL(`servers/${file}.js`, import.meta.url))
}
