import * as module from 'node:module'
import { assertNoLink, readAsLookedAt } from './as-looked-at.js'
import type { LookedAt } from './script-code.js'

interface Hooks {
  resolve(
    specifier: string,
    context: { readonly parentURL?: string | undefined },
    next: (specifier: string, context: object) => { readonly url: string },
  ): { readonly url: string }
  load(url: string, context: object, next: (url: string, context: object) => object): object
}

/** Node.js has it from 22.15 on. */
const { registerHooks } = module as { readonly registerHooks?: (hooks: Hooks) => unknown }

/** From now on, load what is in the folder only as it was looked at. What is elsewhere is loaded as it is. */
export function loadAsLookedAt(looked: LookedAt): void {
  if (registerHooks === undefined) {
    module.register('./loading-hooks.js', { parentURL: import.meta.url, data: looked })
    return
  }
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      assertNoLink(specifier, context.parentURL, found.url, looked)
      return found
    },
    load(url, context, next) {
      const source = readAsLookedAt(url, looked)
      const loaded = next(url, context)
      return source === undefined ? loaded : { ...loaded, source, shortCircuit: true }
    },
  })
}
