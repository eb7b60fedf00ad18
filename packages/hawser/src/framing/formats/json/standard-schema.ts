/**
 * The part of Standard Schema, version 1, that a framing uses. Zod, Valibot, ArkType and others
 * implement it, so that `jsonLines` works with any of them and depends on none
 * (https://standardschema.dev).
 *
 * @typeParam Output what a valid value becomes
 */
export interface StandardSchema<Output = unknown> {
  /** The schema's own properties. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1
    /** The library that made the schema. */
    readonly vendor: string
    /** Checks `value`. `jsonLines` can only use a schema that returns at once, not a promise. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

/** What a schema returns: the value it made, or why it refuses. */
export type StandardResult<Output> =
  | {
      /** What the valid value became. */
      readonly value: Output
      /** None: the value is valid. */
      readonly issues?: undefined
    }
  | {
      /** Why the value is refused. */
      readonly issues: readonly StandardIssue[]
    }

/** One reason why a schema refuses a value. */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string
  /** Where in the value: property names and indexes from the outside in. */
  readonly path?: readonly (PropertyKey | StandardPathSegment)[] | undefined
}

/** One step of an issue's path, as schema libraries with richer paths write it. */
export interface StandardPathSegment {
  /** The property's name or the element's index. */
  readonly key: PropertyKey
}

/** The first issue and the number of the others, in one line: `a.0.b: expected a number`. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  const [first] = issues
  if (first === undefined) return 'the schema refuses it without saying why'
  const path = (first.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
  const where = path.length === 0 ? '' : `${path.join('.')}: `
  const others = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`
  return `${where}${first.message}${others}`
}
