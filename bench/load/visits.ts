import { connect } from 'node:net'
import { makeTraffic, type Answer, type Traffic } from './traffic.js'

/** Connections that are opened, used for one line and closed in order, some at a time. */
export interface VisitOptions {
  port: number
  visits: number
  /** How many are there at any moment. */
  atOnce: number
  answer: Answer
}

/** Make all visits; the milliseconds they took together. */
export async function visit({ port, visits, atOnce, answer }: VisitOptions): Promise<number> {
  const traffic = makeTraffic('lines', answer)
  const began = performance.now()
  let next = 0
  const visitor = async (): Promise<void> => {
    while (next < visits) {
      const frame = next % traffic.frames
      next += 1
      await visitOnce(port, traffic, frame)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, visitor))
  return performance.now() - began
}

/** Connect, send a line, compare the answer, end, and wait for the end of the other side. */
function visitOnce(port: number, { sent, expected, ends }: Traffic, frame: number): Promise<void> {
  const from = frame === 0 ? 0 : (ends[frame - 1] as number)
  const to = ends[frame] as number
  return new Promise((resolve, reject) => {
    let at = from
    let ended = false
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    const fail = (text: string): void => {
      reject(new Error(`${text}, after ${at - from} of ${to - from} bytes`))
      socket.destroy()
    }
    socket.write(sent.subarray(from, to))
    socket.on('data', (chunk) => {
      const until = at + chunk.length
      if (until > to || expected.compare(chunk, 0, chunk.length, at, until) !== 0) {
        fail('a wrong answer')
        return
      }
      at = until
      if (at === to) socket.end()
    })
    socket.on('end', () => {
      ended = true
      if (at !== to) fail('the server ended too early')
    })
    socket.on('error', ({ message }) => fail(message))
    socket.on('close', () => (ended ? resolve() : fail('the server did not end its side')))
  })
}
