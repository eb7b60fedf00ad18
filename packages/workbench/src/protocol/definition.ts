import * as v from 'valibot'
import { Responders } from './responder.js'

/** Names are shown, and are file names of a project: no path, nothing that a terminal or a page would act on. */
export const Name = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'a name has a letter at least'),
  v.maxLength(64, 'a name has at most 64 letters'),
  v.regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u,
    'a name has letters, digits, spaces, dots and dashes',
  ),
)

/** A file of `responders/`: no path. */
export const ScriptName = v.pipe(
  v.string(),
  v.maxLength(64, 'the name of a script has at most 64 letters'),
  v.regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]*\.[cm]?js$/u,
    'a script is a file of responders/, such as reply.js',
  ),
)

const Endpoint = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'write an address and a port, such as 127.0.0.1:9000'),
  v.maxLength(1_024),
)
const Text = v.pipe(v.string(), v.maxLength(65_536))
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
const Milliseconds = v.pipe(v.number(), v.minValue(0))

/** What servers, clients and proxies have in common. A word means what it means as an option of the library. */
const common = {
  name: Name,
  /** As `--framing` spells it: `raw`, `lines`, `length:2be`. Default `raw`. */
  framing: v.optional(v.pipe(v.string(), v.maxLength(1_024))),
  maxFrame: v.optional(Count),
  idleTimeout: v.optional(Milliseconds),
}

export const ServerDefinition = v.strictObject({
  kind: v.literal('server'),
  ...common,
  listen: Endpoint,
  /** What it does with a message: send it back, pass it to the other clients, or nothing. Default `none`. */
  respond: v.optional(v.picklist(['none', 'echo', 'chat'])),
  /** What each client gets first; escapes as the composer has them. */
  greeting: v.optional(Text),
  maxConnections: v.optional(Count),
  /** Rules, which come before `respond`. */
  responders: v.optional(Responders),
  /** Code that decides on the messages that no rule fits: a file of `responders/` of the project. */
  script: v.optional(ScriptName),
  /** Whether it speaks TLS: with the development certificate, or with these files. */
  tls: v.optional(
    v.union([
      v.boolean(),
      v.strictObject({ cert: v.string(), key: v.string(), ca: v.optional(v.string()) }),
    ]),
  ),
})

export const ClientDefinition = v.strictObject({
  kind: v.literal('client'),
  ...common,
  connect: Endpoint,
  /** How many connections. Default 1. */
  connections: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000))),
  /** Whether it connects again when it lost a connection. Default false. */
  reconnect: v.optional(v.boolean()),
  /** What it does with messages by itself. */
  responders: v.optional(Responders),
  /** As of a server. */
  script: v.optional(ScriptName),
  /** Whether it speaks TLS, and what it trusts. */
  tls: v.optional(
    v.union([
      v.boolean(),
      v.strictObject({
        ca: v.optional(v.string()),
        servername: v.optional(v.string()),
        insecure: v.optional(v.boolean()),
      }),
    ]),
  ),
})

export const ProxyDefinition = v.strictObject({
  kind: v.literal('proxy'),
  ...common,
  listen: Endpoint,
  target: Endpoint,
  /** As `--fault` spells them. */
  faults: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(64))),
  /** Repeats a run of faults. */
  seed: v.optional(Count),
  /** Whether clients speak TLS to it, and whether it speaks TLS to the target. */
  tlsIn: v.optional(v.boolean()),
  tlsOut: v.optional(v.boolean()),
})

/** A word of a command line. The system takes no NUL in it. */
const Word = v.pipe(
  v.string(),
  v.maxLength(4_096),
  v.regex(/^[^\0]*$/, 'a word of a command has no NUL character'),
)

/** A Node.js program that is run, or runs already, and watched: one of `command` and `pid`. */
export const ProgramDefinition = v.strictObject({
  kind: v.literal('program'),
  name: Name,
  /** The program and its words. */
  command: v.optional(
    v.pipe(
      v.array(Word),
      v.minLength(1, 'write the program, such as node app.js'),
      v.maxLength(256),
    ),
  ),
  /** The folder that it is started in. Default: that of the workbench. */
  folder: v.optional(v.pipe(Word, v.minLength(1, 'write a folder, or leave it out'))),
  /** The process. */
  pid: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Whether that may be sent SIGUSR1: refused without it. A person was warned, and wants it. */
  yes: v.optional(v.boolean()),
  /** Whether the frames of HTTP/2 are shown. */
  http2: v.optional(v.boolean()),
  /** Which connections, as `--only` spells them. */
  only: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(64))),
})

/** A session log that is looked at. */
export const FileDefinition = v.strictObject({
  kind: v.literal('file'),
  name: Name,
  path: v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)),
})

/** A server that says to its clients what the servers of a session log said to theirs. */
export const ReplayDefinition = v.strictObject({
  kind: v.literal('replay'),
  name: Name,
  listen: Endpoint,
  path: v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)),
  /** The only connection of the log that is played. Default: all, one after the other, again and again. */
  connection: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** What of a client has to be as it was recorded; one that is otherwise is reset. Default `bytes`. */
  expect: v.optional(v.picklist(['bytes', 'length', 'none'])),
})

/** What a session is: what the page asks for, and what a project keeps in a file. */
export const Definition = v.variant('kind', [
  ServerDefinition,
  ClientDefinition,
  ProxyDefinition,
  ProgramDefinition,
  FileDefinition,
  ReplayDefinition,
])

export type ServerDefinition = v.InferOutput<typeof ServerDefinition>
export type ClientDefinition = v.InferOutput<typeof ClientDefinition>
export type ProxyDefinition = v.InferOutput<typeof ProxyDefinition>
export type ProgramDefinition = v.InferOutput<typeof ProgramDefinition>
export type FileDefinition = v.InferOutput<typeof FileDefinition>
export type ReplayDefinition = v.InferOutput<typeof ReplayDefinition>
export type Definition = v.InferOutput<typeof Definition>

/**
 * A definition whose places are what they are for the command: a port alone is of this machine, where the library
 * listens on all addresses.
 */
export function completeDefinition(definition: Definition): Definition {
  switch (definition.kind) {
    case 'server':
      return { ...definition, listen: complete(definition.listen, '127.0.0.1') }
    case 'client':
      return { ...definition, connect: complete(definition.connect, 'localhost') }
    case 'proxy': {
      const listen = complete(definition.listen, '127.0.0.1')
      return { ...definition, listen, target: complete(definition.target, 'localhost') }
    }
    case 'replay':
      return { ...definition, listen: complete(definition.listen, '127.0.0.1') }
    case 'file':
    case 'program':
      return definition
  }
}

function complete(endpoint: string, host: string): string {
  return /^\d+$/.test(endpoint) ? `${host}:${endpoint}` : endpoint
}
