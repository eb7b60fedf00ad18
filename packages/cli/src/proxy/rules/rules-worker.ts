import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { describeThrown } from '../../wire/describe-thrown.js'
import { importModule } from '../../wire/import-module.js'
import { judge } from './judge.js'
import type { FromThread, ToThread } from './messages.js'
import { readRules } from './read-rules.js'
import type { Rule } from './rule.js'

// Runs in a thread of its own: what a user's rule does there, the proxy need not wait for.

const { url } = workerData as { readonly url: string }
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const say = (message: FromThread): void => parentPort?.postMessage(message)
const rules = await load()

async function load(): Promise<readonly Rule[]> {
  try {
    const loaded = read(await importModule(url))
    say({ kind: 'ready', rules: loaded.length })
    return loaded
  } catch (error) {
    say({ kind: 'failed', message: describeThrown(error, url) })
    return []
  }
}

/** What is wrong with a rule is said with the name of its file, as what the module throws is. */
function read(exports: object): readonly Rule[] {
  try {
    return readRules(exports)
  } catch (error) {
    throw new Error(`${basename(fileURLToPath(url))}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

async function answer(asked: ToThread): Promise<void> {
  try {
    if (asked.kind === 'judge') say({ kind: 'verdict', verdict: await judge(rules, asked.given) })
    else {
      const text = Buffer.from(asked.reply).toString('latin1')
      say({ kind: 'agrees', agrees: text.search(asked.agreed) !== -1 })
    }
  } catch (error) {
    say({ kind: 'threw', message: describeThrown(error, url) })
  }
}

// What a rule left behind in a timer or a promise belongs to no message.
process.on('uncaughtException', () => {})
process.on('unhandledRejection', () => {})
parentPort?.on('message', (asked: ToThread) => void answer(asked))
