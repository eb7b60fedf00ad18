import { answerRequests } from '../control.js'
import { makeTraffic } from '../load/traffic.js'
import { readCpu } from './measured.js'

/** Sends one line; fulfils with the line that answers it. */
export type Ask = (question: string) => Promise<string>

/** How many questions, and how many of them unanswered at a time. */
interface Asked {
  readonly inFlight: number
  readonly requests: number
}

/** Let the harness measure a client: `dial` connects it to a port, `ask` has it ask and compare. */
export function serveClient(dial: (port: number) => Promise<Ask>): void {
  const { sent, ends, frames } = makeTraffic('short', 'upper')
  const questions = Array.from(ends, (end, i) =>
    sent.toString('latin1', i === 0 ? 0 : ends[i - 1], end - 1),
  )
  const answers = questions.map((question) => question.toUpperCase())
  let ask: Ask | undefined

  answerRequests(
    {
      cpu: readCpu,
      dial: async (port) => {
        ask = await dial(port as number)
      },
      ask: async (argument) => {
        const { inFlight, requests } = argument as Asked
        let next = 0
        const asker = async (client: Ask): Promise<void> => {
          while (next < requests) {
            const frame = next % frames
            next += 1
            const answer = await client(questions[frame] as string)
            if (answer !== answers[frame]) throw new Error(`a wrong answer: ${answer}`)
          }
        }
        if (ask === undefined) throw new Error('the client is not connected')
        const client = ask
        await Promise.all(Array.from({ length: inFlight }, () => asker(client)))
      },
    },
    0,
  )
}
