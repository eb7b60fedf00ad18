import type {
  ChecksumOptions,
  DelimitedOptions,
  FixedOptions,
  JsonLinesOptions,
  JsonValuesOptions,
  LengthPrefixedOptions,
  LinesOptions,
  NetstringOptions,
  SlipOptions,
} from 'hawser'

/** The options of each framing that `--framing` knows by a name: those of the library that need no code. */
export interface FramingOptions {
  /** Unless `invalid` asks for UTF-8, bytes go through as they are. */
  readonly lines: Pick<LinesOptions, 'crlf' | 'sendCrlf' | 'oversize' | 'unterminated'> & {
    readonly invalid?: 'reject' | undefined
  }
  readonly raw: Readonly<Record<string, never>>
  readonly length: Pick<
    LengthPrefixedOptions,
    'offset' | 'adjust' | 'includesHeader' | 'digits' | 'until' | 'start' | 'between' | 'oversize'
  >
  readonly delim: Pick<DelimitedOptions, 'start' | 'between' | 'oversize' | 'unterminated'>
  readonly fixed: FixedOptions
  readonly netstring: Pick<NetstringOptions, 'oversize'>
  readonly json: Pick<JsonLinesOptions<unknown>, 'invalid' | 'oversize' | 'unterminated'>
  readonly 'json-values': Pick<JsonValuesOptions<unknown>, 'maxDepth' | 'invalid' | 'oversize'>
  readonly slip: Pick<SlipOptions, 'oversize' | 'unterminated'>
  readonly dots: Readonly<Record<string, never>>
  readonly silence: Readonly<Record<string, never>>
}

/** What stands behind the colon. */
interface Mains {
  readonly length: LengthNotation
  readonly delim: Uint8Array
  readonly fixed: number
  /** Milliseconds. */
  readonly silence: number
}

/** How a length is written. */
export type LengthNotation = Pick<LengthPrefixedOptions, 'bytes' | 'endian'>

/** The framings that `--framing` knows by a name. */
export type FramingName = keyof FramingOptions

/** A framing of the library. */
export type NamedChoice = {
  readonly [Name in FramingName]: {
    readonly kind: Name
    readonly options: FramingOptions[Name]
    readonly checksum?: ChecksumOptions
  } & (Name extends keyof Mains ? { readonly main: Mains[Name] } : object)
}[FramingName]

/** A framing of the user's own, in a module. */
export interface ModuleChoice {
  readonly kind: 'module'
  /** Of the file, as it was written. */
  readonly path: string
  /** The export; undefined is the default one. */
  readonly name: string | undefined
  readonly options: {
    /** What its messages are; unless that is said, text where a message is UTF-8, and bytes where it is not. */
    readonly messages?: 'bytes' | 'text' | 'json'
  }
}

/** How a framing is called where there is room for a word. */
export function nameFraming(choice: FramingChoice): string {
  if (choice.kind !== 'module') return choice.kind
  return choice.name === undefined ? choice.path : `${choice.path}#${choice.name}`
}

/** What `--framing` says, before anything of the library is loaded. */
export type FramingChoice = NamedChoice | ModuleChoice
