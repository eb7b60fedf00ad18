import type { Tools } from '@hawser/workbench'
import { framingCode } from '../arguments/framing/code.js'
import type { ServeTls } from '../arguments/flags/tls-choice.js'
import { parseFraming } from '../arguments/framing/parse.js'
import { prepareServeTls } from '../certificate/prepare-tls.js'
import { UsageError } from '../failure.js'
import { checkFaults } from '../proxy/embedded-proxy.js'
import { loadFraming } from '../wire/load-framing.js'
import { exportRows } from './export-rows.js'
import { lendProgram } from './lend/lend-program.js'
import { lendReplay } from './lend/lend-replay.js'
import { lendProxy } from './lend/lend-proxy.js'
import { parseLine } from './parse-line.js'
import { toLine } from './to-line.js'

/** The development certificate, with what the library does by itself. */
const development: ServeTls = {
  cert: undefined,
  key: undefined,
  ca: undefined,
  alpn: undefined,
  minVersion: undefined,
  clientCertificate: undefined,
  handshakeTimeout: undefined,
}

/** What a page may have run. */
export interface ToolsOptions {
  /** The framing that was written on the command line. Another one that is a module of the user's is refused: it is code. */
  readonly own?: string | undefined
  /** Whether programs may be run and processes watched. Default false. */
  readonly mayRun?: boolean | undefined
}

/**
 * What the command lends to the workbench.
 *
 * @param options what a page may have run: it asks for what a page was told
 */
export function createTools(version: string, { own, mayRun = false }: ToolsOptions = {}): Tools {
  return {
    version,
    parseLine,
    toLine,
    loadFraming: async (spelled, { maxFrame }) => {
      const choice = parseFraming(spelled)
      if (choice.kind === 'module' && spelled !== own) {
        throw new UsageError(
          `${spelled} is a program, which no page may start`,
          `run it in a terminal, with its traffic on a page: hawser serve --framing ${spelled} --page`,
        )
      }
      return loadFraming(choice, { crlf: false, maxFrame })
    },
    framingCode: ({ framing = 'raw', maxFrame }) => framingCode(parseFraming(framing), maxFrame),
    serverTls: async (tls) => {
      if (tls === false) return undefined
      if (tls === true) return (await prepareServeTls(development))?.options
      const { cert, key, ca } = tls
      const given = { cert, key, ...(ca === undefined ? {} : { ca: [ca] }) }
      return (await prepareServeTls({ ...development, ...given }))?.options
    },
    clientTls: (tls) => Promise.resolve(tls === false ? undefined : clientTls(tls)),
    exportRows,
    checkFaults,
    startProxy: lendProxy,
    startReplay: lendReplay,
    mayRun,
    startProgram: async (definition, around) => {
      if (!mayRun) throw notHere()
      return lendProgram(definition, around)
    },
  }
}

function notHere(): UsageError {
  return new UsageError(
    'a page may not run or watch programs here',
    'start it with hawser workbench --allow-run, or run hawser inspect in a terminal',
  )
}

function clientTls(tls: Exclude<Parameters<Tools['clientTls']>[0], false>): object {
  if (tls === true) return {}
  const { ca, servername, insecure } = tls
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(servername === undefined ? {} : { servername }),
    ...(insecure === undefined ? {} : { insecure }),
  }
}
