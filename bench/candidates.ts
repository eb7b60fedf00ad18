import { fileURLToPath } from 'node:url'
import type { Command } from './child.js'
import type { Peer, Toolchain } from './toolchain.js'

/** A server that a scenario measures. */
export interface Candidate {
  readonly id: string
  /** What the report calls it. */
  readonly title: string
  /** The runtime beside Node.js that it needs. */
  readonly needs?: Peer
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
    needs: 'bun',
    command: ({ bun }) => (typeof bun === 'string' ? bun : { program: bun.program, args }),
  }
}

/** The same work in another language: a program of `peers/`, where the machine can run it. */
export function peerServer(id: Exclude<Peer, 'bun'>, title: string): Candidate {
  return { id, title, needs: id, command: (toolchain) => toolchain[id] }
}

function serverFile(file: string): string {
  return fileURLToPath(new URL(`servers/${file}.js`, import.meta.url))
}
