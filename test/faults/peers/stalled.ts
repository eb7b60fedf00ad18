import { createConnection, type Socket } from 'node:net'
import type { ServerInfo } from 'hawser'
import type { Fault, Finding } from '../support/fault.js'
import { Account, describeLoss, type EntryState, format, settle } from '../support/ledger.js'
import type { Program } from '../support/program.js'
import type { Stage } from '../support/stage.js'
import { Talker } from '../support/talker.js'

const mebibyte = 1024 * 1024
const stallers = 20
/** What the server may hold more, and what its process may grow by, in bytes. */
const most = 32 * mebibyte
/** Milliseconds between two looks at its memory. */
const lookEvery = 250
/** Bytes of a request of theirs, about, and of the answer to it. */
const size = 2_048
const others = 20
/** Bytes that each tries to send after it stalled: more than operating systems buffer. */
const pushing = 20_000_000

/** Peers that stop reading after they talked for long, and go on sending as long as they are let. */
export const stalled: Fault = {
  name: 'stalled',
  title: '20 peers that stop reading after 20 MB each',
  async run(stage) {
    const parts: string[] = []
    let lost = ''
    for (const iterate of [false, true]) {
      const finding = await stall(stage, iterate)
      parts.push(finding.did)
      lost = lost === '' ? finding.lost : `${lost}, and ${finding.lost}`
    }
    return { did: `${stallers} peers that stop reading: ${parts.join('; ')}`, lost }
  },
}

async function stall(stage: Stage, iterate: boolean): Promise<Finding> {
  // Time enough to look at them: what ends them is not what is looked at here.
  const options = { iterate, writeTimeout: 120_000 }
  const args = [JSON.stringify(options)]
  const server = await stage.start('lines-server', { args, flags: ['--expose-gc'] })
  const { port } = (await server.ready) as { port: number }
  const bytes = (stage.short ? 4 : 20) * 1_000_000
  const style = iterate ? 'loop' : 'handler'

  // Warmed up by as many peers with the same lines, which read to the end.
  stage.say(`${style}: warming up`)
  const healthy = makePeers(port, `healthy-${style}`)
  await Promise.all(healthy.map((peer) => peer.talk(bytes)))
  for (const peer of healthy) peer.finish()
  const talkers: Talker[] = []
  for (let i = 0; i < others; i += 1) {
    talkers.push(await Talker.start(`tcp://127.0.0.1:${port}`, `other-${i}-${style}`))
  }
  await stage.until(async () => (await info(server)).connections === others, 'they left')
  const before = await watch(stage, server, stage.pause(stage.short ? 500 : 4_000))

  stage.say(`${style}: ${stallers} peers talk, and stall`)
  const peers = makePeers(port, `stalled-${style}`)
  stage.defer(() => peers.forEach((peer) => peer.break()))
  const talking = Promise.all(peers.map((peer) => peer.talk(bytes)))
  const talked = await watch(stage, server, talking)
  const read = peers.reduce((sum, peer) => sum + peer.bytesRead, 0)
  const answered = talkers.map(({ account }) => account.acknowledged)
  for (const peer of peers) peer.stall(pushing)
  const stood = await watch(stage, server, stage.pause(stage.short ? 1_500 : 8_000))

  const stuck = await info(server)
  stage.expect(stuck.connections === others + stallers, `${stuck.connections} are connected`)
  const pushed = peers.reduce((sum, peer) => sum + peer.pushed, 0)
  stage.expect(pushed < stallers * pushing, 'nobody was slowed down')
  const idle = talkers.filter(({ account }, at) => account.acknowledged <= (answered[at] ?? 0))
  stage.expect(idle.length === 0, `${idle.length} of the others got no answer meanwhile`)
  const held = Math.max(talked.held, stood.held) - before.held
  const growth = Math.max(talked.rss, stood.rss) - before.rss
  stage.expect(held <= most, `${style}: holds ${toMebibytes(held)} MiB more`)
  // V8 enlarges its young generation, by up to 32 MiB, until the process has seen more traffic than the short form.
  stage.expect(stage.short || growth <= most, `${style}: grew by ${toMebibytes(growth)} MiB`)

  for (const peer of peers) peer.break()
  await stage.until(async () => (await info(server)).connections === others, 'they are gone')
  const infos = await Promise.all(talkers.map((talker) => talker.stop()))
  const broken = infos.filter(({ reason }) => reason !== 'ended')
  stage.expect(broken.length === 0, `${broken.length} of the others ended as ${broken[0]?.reason}`)
  const { memory } = await info(server)
  stage.expect(memory.used === 0, `${memory.used} bytes of the shared memory are still held`)
  const accounts = [...healthy, ...peers, ...talkers].map(({ account }) => account.state)
  const settlement = settle(accounts, await server.ask<EntryState[]>('book'))
  for (const problem of settlement.problems.slice(0, 10)) stage.expect(false, problem)
  const answers = talkers.reduce((sum, { account }) => sum + account.acknowledged, 0)
  return {
    did:
      `${style}: ${toMebibytes(read)} MiB read, then ${toMebibytes(pushed)} MiB more taken from them; ` +
      `the server held at most ${toMebibytes(held)} MiB more, and grew by ${toMebibytes(growth)}, while ${others} others got ${format(answers)} answers`,
    lost: describeLoss(settlement),
  }
}

/** The most that was seen, in bytes. */
interface Peak {
  /** JavaScript heap and what it holds outside. */
  held: number
  /** Resident size of the process. */
  rss: number
}

/**
 * The most memory seen until then. Each look is behind a collection: V8 leaves tens of MiB of garbage lying until
 * it finds a collection worth it, and how much depends on how busy the machine is, not on what the server keeps.
 */
async function watch(stage: Stage, server: Program, until: Promise<unknown>): Promise<Peak> {
  const peak: Peak = { held: 0, rss: 0 }
  let over = false
  const end = until.finally(() => {
    over = true
  })
  while (!over) {
    const { heap, external, rss } = await server.memory()
    peak.held = Math.max(peak.held, heap + external)
    peak.rss = Math.max(peak.rss, rss)
    await Promise.race([end, stage.pause(lookEvery)])
  }
  await end
  return peak
}

function makePeers(port: number, name: string): Peer[] {
  return Array.from({ length: stallers }, (_, at) => new Peer(port, `${name}-${at}`))
}

function info(server: Program): Promise<ServerInfo> {
  return server.ask('info')
}

function toMebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(1)
}

/** A client on a bare socket, whose reading can be stopped for good. */
class Peer {
  readonly account: Account
  readonly #socket: Socket
  #rest = ''
  #wake: (() => void) | undefined
  #pushedBefore = 0

  constructor(port: number, name: string) {
    this.account = new Account(name, size, size / 2)
    this.#socket = createConnection({ port, host: '127.0.0.1' })
    this.#socket.setEncoding('latin1').on('data', (text: string) => this.#take(text))
    this.#socket.on('error', () => {})
  }

  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** Bytes that the operating system took from it since it stalled. */
  get pushed(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength - this.#pushedBefore
  }

  /** Send about so many bytes, and read all answers. */
  async talk(bytes: number): Promise<void> {
    const end = this.#socket.bytesWritten + bytes
    while (this.#socket.bytesWritten < end) {
      for (let i = 0; i < 16; i += 1) this.#socket.write(`${this.account.request()}\n`)
      while (this.account.outstanding > 64) await this.#woken()
    }
    while (this.account.outstanding > 0) await this.#woken()
  }

  /** Read no more, and send as many bytes as are taken. */
  stall(bytes: number): void {
    this.#socket.pause()
    this.#pushedBefore = this.#socket.bytesWritten
    const end = this.#pushedBefore + bytes
    const push = (): void => {
      while (this.#socket.bytesWritten < end) {
        if (!this.#socket.write(`${this.account.request()}\n`)) return
      }
    }
    this.#socket.on('drain', push)
    push()
  }

  finish(): void {
    this.#socket.end()
  }

  break(): void {
    this.#socket.resetAndDestroy()
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.account.answer(line)
    this.#wake?.()
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
