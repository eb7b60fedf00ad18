import { Buffer } from 'node:buffer'
import { patternBytes } from '../pattern-bytes.js'
import { type SavedMessage, type Step, usualWithin } from '../protocol/saved.js'
import { WorkbenchError } from '../workbench-error.js'
import { createFind, describeAwaited } from './find.js'
import type { Find } from './inbox.js'

/** A step as it is taken. */
export type PlayedStep =
  | { readonly do: 'send'; readonly bytes: Uint8Array; readonly variables: boolean }
  | {
      readonly do: 'wait'
      readonly find: Find
      /** Milliseconds. */
      readonly within: number
      /** What is waited for. */
      readonly wanted: string
    }
  | { readonly do: 'delay'; readonly ms: number }

/**
 * Steps ready to be taken.
 *
 * @param messages those that a step may name
 * @throws WorkbenchError for hex and expressions that are none, and for a message that there is not
 */
export function prepareSteps(
  steps: readonly Step[],
  messages: readonly SavedMessage[],
): PlayedStep[] {
  return steps.map((step, index) => {
    try {
      return prepare(step, messages)
    } catch (cause) {
      const message = `step ${index + 1}: ${cause instanceof Error ? cause.message : String(cause)}`
      throw new WorkbenchError('WORKBENCH_INVALID', message, { cause })
    }
  })
}

function prepare(step: Step, messages: readonly SavedMessage[]): PlayedStep {
  switch (step.do) {
    case 'send': {
      const { variables = false } = step
      if (step.message === undefined) return { do: 'send', bytes: bytesOf(step), variables }
      const named = messages.find(({ name }) => name === step.message)
      if (named !== undefined) {
        return { do: 'send', bytes: bytesOf(named), variables: named.variables ?? variables }
      }
      const text = `there is no message ${step.message}: save one, or name another`
      throw new WorkbenchError('WORKBENCH_NOT_FOUND', text)
    }
    case 'wait': {
      const { within = usualWithin } = step
      return { do: 'wait', find: createFind(step), within, wanted: describeAwaited(step) }
    }
    case 'delay':
      return step
  }
}

/** @throws WorkbenchError for what is no hex; nothing is a message too */
export function bytesOf({
  text = '',
  hex,
}: {
  readonly text?: string | undefined
  readonly hex?: string | undefined
}): Buffer {
  if (hex === undefined) return Buffer.from(text)
  return hex.trim() === '' ? Buffer.alloc(0) : patternBytes({ as: 'hex', hex })
}
