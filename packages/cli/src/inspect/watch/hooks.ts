import type { SeenThread } from '@hawser/inspect'

/** What is not shown without a hook, in words. */
const lacks: Readonly<Record<string, string>> = {
  push: 'what programs read',
  writeGeneric: 'what programs write',
  made: 'connections before their first byte',
  connect: 'where connections lead to',
  destroy: 'how connections end',
  onread: 'what is read into a buffer of the program (onread)',
  httpParser: 'what HTTP servers read',
}

/** What a runtime does not show, in one sentence; undefined where it shows all. */
export function sayHooks({ node, missing }: SeenThread): string | undefined {
  if (missing.length === 0) return undefined
  const names = missing.map((name) => lacks[name] ?? name)
  return `Node.js ${node} does not show ${names.join(', ')}`
}
