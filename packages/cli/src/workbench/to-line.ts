import type {
  ClientDefinition,
  Definition,
  ProgramDefinition,
  ProxyDefinition,
  ReplayDefinition,
  ServerDefinition,
} from '@hawser/workbench'
import { quoteWord } from '../output/quote.js'

/** The line that starts the same in a terminal. */
export function toLine(definition: Definition): string {
  const line = ['hawser', ...wordsOf(definition)].map(quoteWord).join(' ')
  const folder = definition.kind === 'program' ? definition.folder : undefined
  return folder === undefined ? line : `cd ${quoteWord(folder)} && ${line}`
}

function wordsOf(definition: Definition): string[] {
  switch (definition.kind) {
    case 'server':
      return ['serve', definition.listen, ...shared(definition, 'lines'), ...ofServer(definition)]
    case 'client':
      return ['connect', definition.connect, ...shared(definition, 'raw'), ...ofClient(definition)]
    case 'proxy':
      return [
        'proxy',
        definition.listen,
        definition.target,
        ...shared(definition, 'raw'),
        ...ofProxy(definition),
      ]
    case 'program':
      return ['inspect', ...ofProgram(definition)]
    case 'file':
      return ['log', definition.path]
    case 'replay':
      return replayWords(definition)
  }
}

function replayWords({ path, listen, connection, expect }: ReplayDefinition): string[] {
  return [
    ...['replay', path, '--as-server', listen, '--repeat', 'endless'],
    ...flag('--connection', connection),
    ...flag('--expect', expect),
  ]
}

/** @param usual the framing that the command has by itself */
function shared(
  { framing = 'raw', maxFrame, idleTimeout }: ServerDefinition | ClientDefinition | ProxyDefinition,
  usual: string,
): string[] {
  return [
    ...(framing === usual ? [] : ['--framing', framing]),
    ...flag('--max-frame', maxFrame),
    ...flag('--idle', idleTimeout),
  ]
}

function ofServer({ respond, greeting, maxConnections, tls }: ServerDefinition): string[] {
  return [
    ...(respond === undefined || respond === 'none' ? [] : [`--${respond}`]),
    ...flag('--greeting', greeting),
    ...flag('--max-connections', maxConnections),
    ...(tls === true ? ['--tls'] : []),
    ...(typeof tls === 'object'
      ? [...flag('--cert', tls.cert), ...flag('--key', tls.key), ...flag('--ca', tls.ca)]
      : []),
  ]
}

function ofClient({ tls, reconnect }: ClientDefinition): string[] {
  return [
    ...(reconnect === true ? ['--reconnect'] : []),
    ...(tls === undefined || tls === false ? [] : ['--tls']),
    ...(typeof tls === 'object'
      ? [
          ...flag('--ca', tls.ca),
          ...flag('--servername', tls.servername),
          ...(tls.insecure === true ? ['--insecure'] : []),
        ]
      : []),
  ]
}

function ofProxy({ faults = [], seed, tlsIn, tlsOut }: ProxyDefinition): string[] {
  return [
    ...faults.flatMap((fault) => ['--fault', fault]),
    ...flag('--seed', seed),
    ...(tlsIn === true ? ['--tls-in'] : []),
    ...(tlsOut === true ? ['--tls-out'] : []),
  ]
}

function ofProgram({ command, pid, http2, only = [] }: ProgramDefinition): string[] {
  return [
    ...only.flatMap((each) => ['--only', each]),
    ...(http2 === true ? ['--http2'] : []),
    // A terminal asks by itself, and the number may be that of another process by then.
    ...(command === undefined ? ['--pid', String(pid)] : ['--', ...command]),
  ]
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)]
}
