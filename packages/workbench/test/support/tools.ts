import { delimited, type Framing, raw } from 'hawser'
import type { Tools } from '../../src/tools.js'

/** What the command lends, as little of it as sessions without TLS and proxies need. */
export const plainTools: Tools = {
  version: '0.0.0',
  parseLine: (line) => {
    throw new Error(`${line} is no command line`)
  },
  toLine: ({ kind, name }) => `hawser ${kind} ${name}`,
  loadFraming: (spelled, { maxFrame }) => Promise.resolve(framings(spelled, maxFrame)),
  framingCode: ({ framing = 'raw' }) =>
    framing === 'lines' ? { names: ['lines'], call: 'lines()' } : { names: ['raw'], call: 'raw()' },
  serverTls: () => Promise.resolve(undefined),
  clientTls: () => Promise.resolve(undefined),
  async *exportRows(form, rows) {
    for await (const { number, data } of rows) {
      yield Buffer.from(`${form} ${number} ${Buffer.from(data).toString()}\n`)
    }
  },
  checkFaults: () => undefined,
  startReplay: () => Promise.reject(new Error('there is no replay here')),
  mayRun: false,
  startProgram: () => Promise.reject(new Error('no programs here')),
  startProxy: () => Promise.reject(new Error('there is no proxy here')),
}

function framings(spelled: string, maxFrame: number | undefined): Framing<Uint8Array, Uint8Array> {
  const limit = maxFrame === undefined ? {} : { maxFrame }
  if (spelled === 'raw') return raw(limit)
  if (spelled === 'lines') {
    return delimited('\n', limit)
  }
  throw new Error(`'${spelled}' is no framing: there are raw and lines`)
}
