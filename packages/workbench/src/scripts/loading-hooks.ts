import { assertNoLink, readAsLookedAt } from './as-looked-at.js'
import type { LookedAt } from './script-code.js'

// For Node.js before 22.15, which calls them in a thread of their own: the module of `module.register`.

interface Loaded {
  readonly format?: string | null | undefined
}

let looked: LookedAt | undefined

export function initialize(data: LookedAt): void {
  looked = data
}

export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string | undefined },
  next: (specifier: string, context: object) => Promise<{ readonly url: string }>,
): Promise<{ readonly url: string }> {
  const found = await next(specifier, context)
  if (looked !== undefined) assertNoLink(specifier, context.parentURL, found.url, looked)
  return found
}

export async function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await next(url, context)
  const source = looked && readAsLookedAt(url, looked)
  if (source === undefined) return loaded
  // CommonJS that has its source from here loads by these hooks what it requires.
  return { ...loaded, source, shortCircuit: true } as Loaded
}
