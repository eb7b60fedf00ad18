import type {
  ClientDefinition,
  Definition,
  ProxyDefinition,
  ServerDefinition,
} from '../../protocol/definition.js'
import type { FramingCode, Tools } from '../../tools.js'
import { WorkbenchError } from '../../workbench-error.js'
import { ruleCode } from './rule-code.js'

/** A session as a program that runs: Node.js with the library, nothing else. */
export function toCode(definition: Definition, tools: Pick<Tools, 'framingCode'>): string {
  switch (definition.kind) {
    case 'server':
      return serverCode(definition, tools.framingCode(definition))
    case 'client':
      return clientCode(definition, tools.framingCode(definition))
    case 'proxy':
      return proxyCode(definition)
    case 'file':
      return fileCode(definition.path)
    case 'program':
    case 'replay':
      throw noCode(definition.name)
  }
}

function noCode(name: string): WorkbenchError {
  const text = `${name} is what the command does, and no program: copy it as a command`
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

function serverCode(definition: ServerDefinition, framing: FramingCode): string {
  const { listen, respond = 'none', greeting, maxConnections, idleTimeout, tls } = definition
  const { call, names } = framing
  const options = optionLines({
    framing: call,
    maxConnections,
    idleTimeout,
    tls: tls === undefined || tls === false ? undefined : tlsCode(tls),
  })
  const reply = {
    none: ['console.log(connection.id, String(message))'],
    echo: ['return connection.send(message)'],
    chat: ["server.broadcast(message, { except: connection, overflow: 'skip' })"],
  }[respond]
  const rules = ruleCode(definition.responders, framing)
  return lines([
    ...tlsImports(tls),
    ...rules.imports,
    `import { ${['createServer', ...names].join(', ')} } from 'hawser'`,
    '',
    ...rules.lines,
    `const server = createServer(`,
    `  {`,
    ...options.map((line) => `    ${line}`),
    `  },`,
    `  {`,
    ...(greeting === undefined
      ? []
      : [`    open(connection) {`, `      return connection.send(${quote(greeting)})`, `    },`]),
    `    ${rules.lines.length === 0 ? '' : 'async '}message(connection, message) {`,
    ...(rules.lines.length === 0 ? [] : [`      if (await obey(connection, message)) return`]),
    ...reply.map((line) => `      ${line}`),
    `    },`,
    `  },`,
    `)`,
    `await server.listen(${quote(listen)})`,
    `console.log('listening on', server.addresses())`,
  ])
}

function clientCode(definition: ClientDefinition, framing: FramingCode): string {
  const { connect, tls, reconnect = false, idleTimeout, connections = 1 } = definition
  const { call, names } = framing
  const rules = ruleCode(definition.responders, framing)
  const hasRules = rules.lines.length > 0
  const options = optionLines({
    framing: call,
    idleTimeout,
    tls: tls === undefined || tls === false ? undefined : clientTlsCode(tls),
    ...(reconnect
      ? {
          correlate: "{ unsolicited: 'push' }",
          onMessage: hasRules
            ? 'async (message) => (await obey(client.connection, message)) || console.log(String(message))'
            : '(message) => console.log(String(message))',
        }
      : {}),
  })
  const head = [
    ...(options.some((line) => line.includes('readFileSync'))
      ? ["import { readFileSync } from 'node:fs'"]
      : []),
    ...rules.imports,
    `import { ${[reconnect ? 'createClient' : 'connect', ...names].join(', ')} } from 'hawser'`,
    '',
    ...rules.lines,
  ]
  const made = [`${quote(connect)}, {`, ...options.map((line) => `  ${line}`), `})`]
  const hear = hasRules
    ? [
        `for await (const message of connection) {`,
        `  if (!(await obey(connection, message))) console.log(String(message))`,
        `}`,
      ]
    : [`for await (const message of connection) console.log(String(message))`]
  const [first = '', ...rest] = made
  const talk = reconnect
    ? [
        `const client = createClient(${first}`,
        ...rest,
        `await client.ready()`,
        `await client.send('hello')`,
      ]
    : [
        `const connection = await connect(${first}`,
        ...rest,
        `await connection.send('hello')`,
        ...hear,
      ]
  if (connections === 1) return lines([...head, ...talk])
  return lines([
    ...head,
    `async function talk() {`,
    ...talk.map((line) => `  ${line}`),
    `}`,
    `await Promise.all(Array.from({ length: ${connections} }, talk))`,
  ])
}

function proxyCode({ listen, target, idleTimeout, tlsIn, tlsOut }: ProxyDefinition): string {
  const server = optionLines({ idleTimeout, tls: tlsIn === true ? tlsCode(true) : undefined })
  const client = optionLines({
    allowHalfOpen: true,
    idleTimeout,
    tls: tlsOut === true ? '{}' : undefined,
  })
  return lines([
    ...tlsImports(tlsIn),
    `import { connect, createServer, relay } from 'hawser'`,
    '',
    `const server = createServer(${inBraces(server)}, async (client) => {`,
    `  const target = await connect(${quote(target)}, ${inBraces(client)})`,
    `  await relay(client, target)`,
    `})`,
    `await server.listen(${quote(listen)})`,
    `console.log('listening on', server.addresses())`,
  ])
}

function inBraces(options: readonly string[]): string {
  return options.length === 0 ? '{}' : `{ ${options.join(' ').replace(/,$/, '')} }`
}

function fileCode(path: string): string {
  return lines([
    `import { openLog } from 'hawser/log'`,
    '',
    `await using log = await openLog(${quote(path)})`,
    `for await (const { time, connection, kind, data } of log.rows()) {`,
    `  console.log(new Date(time).toISOString(), connection, kind, Buffer.from(data).toString('latin1'))`,
    `}`,
  ])
}

/** Where the development certificate is, only the command knows. */
function tlsImports(tls: ServerDefinition['tls']): string[] {
  if (tls === undefined || tls === false) return []
  return [
    ...(tls === true ? ['// Make the two files with: hawser cert --out .'] : []),
    `import { readFileSync } from 'node:fs'`,
  ]
}

function tlsCode(tls: NonNullable<ServerDefinition['tls']>): string {
  if (typeof tls === 'boolean')
    return "{ cert: readFileSync('hawser-cert.pem'), key: readFileSync('hawser-key.pem') }"
  const { cert, key, ca } = tls
  return inBraces(optionLines({ cert, key, ca }, (path) => `readFileSync(${quote(path)})`))
}

function clientTlsCode(tls: NonNullable<ClientDefinition['tls']>): string {
  if (typeof tls === 'boolean') return '{}'
  const { ca, servername, insecure } = tls
  const given = optionLines({
    ca: ca === undefined ? undefined : `readFileSync(${quote(ca)})`,
    servername: servername === undefined ? undefined : quote(servername),
    insecure,
  })
  return inBraces(given)
}

/** `name: value,` for each that is given. */
function optionLines<Value>(
  options: Readonly<Record<string, Value | undefined>>,
  show: (value: Value) => string = String,
): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${show(value)},`],
  )
}

function quote(text: string): string {
  return JSON.stringify(text)
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
