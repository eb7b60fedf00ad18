import { answerMeasurements } from '../../support/measured.js'

/** What is measured of the command: the proxy that it runs, without its foreground. */
interface ProxyServer {
  readonly place: { readonly listen: string }
  readonly connections: number
  start(): Promise<void>
  move(place: { readonly listen: string; readonly target: string }): void
}

/** The modules of the command, which has no public names. */
interface Command {
  readonly ProxyServer: new (
    name: string,
    place: { readonly listen: string; readonly target: string },
    faults: object,
    around: object,
  ) => ProxyServer
  readonly FaultSet: new () => object
}

async function load(file: string): Promise<Command> {
  const url = new URL(`../../../../packages/cli/dist/proxy/${file}.js`, import.meta.url)
  return (await import(url.href)) as Command
}

const { ProxyServer } = await load('proxy-server')
const { FaultSet } = await load('faults/fault-set')

const listen = '127.0.0.1:0'
const proxy = new ProxyServer('bench', { listen, target: '127.0.0.1:1' }, new FaultSet(), {
  options: { quiet: true, writeTimeout: Infinity, framing: { kind: 'raw' } },
  seed: 0,
  tell: () => {},
  nextId: () => 0,
  recorder: () => undefined,
  rules: () => undefined,
})
await proxy.start()
const [, port] = proxy.place.listen.split(':')
answerMeasurements(Number(port), {
  connections: () => proxy.connections,
  // Where the upstream is, the harness says.
  upstream: (target) => proxy.move({ listen, target: `127.0.0.1:${String(target)}` }),
})
