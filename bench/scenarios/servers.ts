import { bunServer, nodeServer, peerServer, type Candidate } from '../candidates.js'

/** The servers that several scenarios measure. Only `netEcho` sends back what it got unchanged. */
export const netEcho: Candidate = nodeServer('net-echo', 'node:net, no framing', 'node/echo')
export const netSplit: Candidate = nodeServer('net-split', 'node:net, split by hand', 'node/split')
export const netBest: Candidate = nodeServer('net-best', 'node:net by hand, best', 'node/best')
export const netReadline: Candidate = nodeServer(
  'net-readline',
  'node:net + readline, a write per line',
  'node/readline',
)

/** The same work in other languages, where the machine has them. */
export const foreign: readonly Candidate[] = [
  bunServer('bun', 'Bun, split by hand, a write per chunk', 'bun-lines'),
  bunServer('bun-per-line', 'Bun, split by hand, a write per line', 'bun-lines', 'per-line'),
  peerServer('go', 'Go, bufio, flush when empty'),
  peerServer('tokio', 'tokio current_thread, flush when empty'),
  peerServer('uvloop', 'Python with uvloop, a write per chunk'),
  peerServer('c', 'C, epoll'),
]
