import type { ErrorCode } from '../errors.js'

/** An error code without `HAWSER_`, in lower case, dashed: `HAWSER_IDLE_TIMEOUT` is `idle-timeout`. */
export type ReasonOf<Code extends ErrorCode> = Code extends `HAWSER_${infer Name}`
  ? Dashed<Lowercase<Name>>
  : never

type Dashed<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}-${Dashed<Rest>}`
  : Name

/** The word for an error where something is counted, or said, by its reason. */
export function reasonOf<Code extends ErrorCode>(code: Code): ReasonOf<Code> {
  const name = code.slice('HAWSER_'.length)
  // The compiler knows no such thing as replaceAll of a literal type.
  return name.toLowerCase().replaceAll('_', '-') as ReasonOf<Code>
}
