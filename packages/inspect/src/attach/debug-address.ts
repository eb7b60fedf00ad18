/** Where a process opens its inspector, as far as its flags say. */
export interface DebugAddress {
  readonly host: string
  /** 0 is any. */
  readonly port: number
  /** Whether it is open since the start. */
  readonly isOpen: boolean
}

const flag = /^--(?:inspect|debug)(?:-brk|-wait|-port)?(?:=(?<value>.*))?$/

/**
 * Reads it from the flags before the program's name, and from NODE_OPTIONS. A program may change it while it runs
 * (`process.debugPort`), so that it is what to expect and no more.
 */
export function expectedDebugAddress(
  args: readonly string[],
  variables: readonly string[],
): DebugAddress {
  const prefix = 'NODE_OPTIONS='
  const nodeOptions = variables.find((variable) => variable.startsWith(prefix)) ?? ''
  const flags = [...nodeOptions.slice(prefix.length).split(/\s+/), ...flagsOf(args)]
  let address: DebugAddress = { host: '127.0.0.1', port: 9229, isOpen: false }
  for (const [index, word] of flags.entries()) {
    const found = flag.exec(word)
    if (found === null) continue
    const isPort = word.includes('-port')
    const apart = isPort && !word.includes('=') ? flags[index + 1] : undefined
    address = withValue(address, found.groups?.['value'] ?? apart ?? '')
    address = { ...address, isOpen: address.isOpen || !isPort }
  }
  return address
}

/** A word without a dash behind a flag without `=` may be its value, and is taken for one. */
function flagsOf([, ...args]: readonly string[]): readonly string[] {
  const end = args.findIndex((word, index) => {
    const before = args[index - 1] ?? ''
    return !word.startsWith('-') && (!before.startsWith('-') || before.includes('='))
  })
  return end === -1 ? args : args.slice(0, end)
}

/** A value is `host:port`, a port, or a host. */
function withValue(address: DebugAddress, value: string): DebugAddress {
  const found = /^(?:(?<host>\[.*\]|[^:]*):)?(?<port>\d+)$/.exec(value)
  if (found === null) return value === '' ? address : { ...address, host: value }
  const host = found.groups?.['host'] ?? ''
  const port = Number(found.groups?.['port'])
  return { ...address, port, host: host === '' ? address.host : host }
}
