import type { Fault, Finding } from '../support/fault.js'
import type { Program } from '../support/program.js'
import type { Stage } from '../support/stage.js'
import { Daemon, Estate, type Machine } from './estate.js'
import type { ClientReport, Heard, NodeOrder, NodeReport } from './machines-order.js'

const port = 7_000
const proxyPorts = [9_001, 9_002]
const clientCount = 12

/** A chat over three machines and three NATS servers loses a node, a NATS server, and a network. */
export const machines: Fault = {
  name: 'machines',
  title: 'a chat over three machines loses a node, a NATS server and a network, one after another',
  run: async (stage) => new Run(stage, await Estate.build(stage)).run(),
}

class Run {
  readonly #stage: Stage
  readonly #estate: Estate
  readonly #machines: Machine[] = []
  readonly #nats: Daemon[] = []
  readonly #nodes: Program[] = []
  #front: Machine | undefined
  #clients: Program | undefined

  constructor(stage: Stage, estate: Estate) {
    this.#stage = stage
    this.#estate = estate
  }

  async run(): Promise<Finding> {
    const stage = this.#stage
    await this.#build()
    const pace = stage.short ? 50 : 5
    for (const node of this.#nodes) await node.ask('speak', pace)
    await this.#everybodyHears('all machines at work')

    stage.say('one of three nodes is killed')
    this.#nodes[2]?.kill('SIGKILL')
    await this.#everybodyHears('two of three nodes at work')
    await this.#startNode(2)
    await this.#nodes[2]?.ask('speak', pace)
    await this.#everybodyHears('the third node is back')

    stage.say('one of three NATS servers is killed')
    await this.#nats[1]?.kill()
    await stage.until(async () => ((await this.#reports())[1]?.losses ?? 0) > 0, 'it is noticed')
    await this.#everybodyHears('two of three NATS servers at work')
    this.#nats[1]?.start()

    stage.say('the cable of one machine is pulled out')
    await this.#machines[0]?.plug(false)
    await stage.until(
      async () => (await this.#reports()).some(({ losses, lost }) => losses > 0 && lost > 0),
      'the node behind it notices',
    )
    const alone = this.#nodes[0]
    const others = this.#nodes.filter((node) => node !== alone)
    await this.#everybodyHears('without the machine that is cut off', others)
    await this.#machines[0]?.plug(true)
    await this.#everybodyHears('the network is whole again')

    for (const node of this.#nodes) await node.ask('hush')
    await stage.pause(500)
    for (const node of this.#nodes) await node.ask('last')
    await this.#isWhole('all have heard the last words')
    return this.#judge(await this.#reports(), await this.#clientReports())
  }

  async #build(): Promise<void> {
    const estate = this.#estate
    for (let count = 0; count < 3; count += 1) this.#machines.push(await estate.add())
    this.#front = await estate.add()
    const routes = this.#machines.map(({ address }) => `nats-route://${address}:6222`)
    for (const [index, machine] of this.#machines.entries()) {
      const config = estate.write(
        `nats-${index}.conf`,
        `
host: ${machine.address}, port: 4222, server_name: nats-${index}
ping_interval: "1s", ping_max: 2
cluster { name: hawser, host: ${machine.address}, port: 6222, routes: [${routes.join(', ')}] }
`,
      )
      const nats = new Daemon(this.#stage, machine, 'nats-server', ['-c', config])
      nats.start()
      this.#nats.push(nats)
    }
    for (const index of this.#machines.keys()) await this.#startNode(index)
    const servers = this.#machines.map(
      ({ address }, index) =>
        `server n${index} ${address}:${port} send-proxy-v2 check-send-proxy check inter 300 fall 2 rise 1 on-marked-down shutdown-sessions`,
    )
    const config = estate.write(
      'haproxy.cfg',
      `
defaults
  mode tcp
  timeout connect 1s
  timeout client 1m
  timeout server 1m
listen chat
  ${proxyPorts.map((each) => `bind ${this.#front?.address}:${each}`).join('\n  ')}
  balance leastconn
  ${servers.join('\n  ')}
`,
    )
    new Daemon(this.#stage, this.#front, 'haproxy', ['-db', '-f', config]).start()
    const { address, wrapper } = this.#front
    this.#clients = await this.#stage.start('chat-clients', { wrapper })
    const endpoints = proxyPorts.map((each) => `tcp://${address}:${each}`)
    await this.#clients.ask('begin', { endpoints, count: clientCount })
  }

  async #startNode(index: number): Promise<void> {
    const machine = this.#machines[index]
    if (machine === undefined) return
    const node = await this.#stage.start('chat-node', { wrapper: machine.wrapper })
    this.#nodes[index] = node
    // Its own first; the NATS server may be starting.
    const addresses = [machine, ...this.#machines.filter((each) => each !== machine)]
    const nats = addresses.map(({ address }) => `${address}:4222`)
    const order: NodeOrder = { port, nats, proxy: this.#front?.address ?? '' }
    let isListening = false
    await this.#stage.until(async () => {
      isListening ||= await node.ask('listen', order).then(
        () => true,
        () => false,
      )
      return isListening
    }, `node ${index} listens`)
  }

  /** Every client hears something new from every node that is there. */
  async #everybodyHears(when: string, nodes: readonly Program[] = this.#nodes): Promise<void> {
    const running = nodes.filter(({ pid }) => pid > 0)
    const speakers: { readonly nodeId: string; readonly said: number }[] = []
    for (const node of running) {
      const speaker = await node.ask<NodeReport>('report').catch(() => undefined)
      if (speaker !== undefined) speakers.push(speaker)
    }
    await this.#stage.until(async () => {
      const clients = await this.#clientReports()
      return clients.every(
        ({ isConnected, heard }) =>
          isConnected && speakers.every(({ nodeId, said }) => (heard[nodeId]?.last ?? 0) > said),
      )
    }, when)
  }

  async #isWhole(what: string): Promise<void> {
    await this.#stage.until(async () => {
      const nodes = await this.#reports()
      const clients = await this.#clientReports()
      const hasAll = ({ heard }: Pick<NodeReport, 'heard'>): boolean =>
        nodes.every(({ nodeId, said }) => heard[nodeId]?.last === said)
      return [...nodes, ...clients].every(hasAll)
    }, what)
  }

  #reports(): Promise<NodeReport[]> {
    return Promise.all(this.#nodes.map((node) => node.ask<NodeReport>('report')))
  }

  async #clientReports(): Promise<ClientReport[]> {
    return (await this.#clients?.ask<ClientReport[]>('report')) ?? []
  }

  #judge(nodes: readonly NodeReport[], clients: readonly ClientReport[]): Finding {
    const stage = this.#stage
    for (const [who, { heard }] of [...nodes, ...clients].entries()) {
      for (const [speaker, { wrong }] of Object.entries(heard)) {
        stage.expect(wrong === 0, `${who} heard ${wrong} of ${speaker} twice or out of order`)
      }
    }
    for (const [index, { nodeId, heard, missed, members, nodes: known }] of nodes.entries()) {
      const gaps = Object.entries(heard).reduce(
        (sum, [speaker, each]) => sum + (speaker === nodeId ? 0 : gapOf(each)),
        0,
      )
      stage.expect(missed === gaps, `node ${index} counted ${missed} missed and missed ${gaps}`)
      const all = clientCount + nodes.length
      stage.expect(members === all, `node ${index} counted ${members} members of ${all}`)
      stage.expect(known === nodes.length - 1, `node ${index} knows ${known} others`)
    }
    const proxied = nodes.reduce((sum, each) => sum + each.proxied, 0)
    stage.expect(proxied >= clientCount, `${proxied} connections came with a PROXY header`)
    const sum = (of: (node: NodeReport) => number): number =>
      nodes.reduce((total, node) => total + of(node), 0)
    const heard = sum((node) =>
      Object.values(node.heard).reduce((all, { count }) => all + count, 0),
    )
    const repeated = clients
      .flatMap((client) => Object.values(client.heard))
      .reduce((total, each) => total + each.repeated, 0)
    const again = clients.reduce((total, { connections }) => total + connections - 1, 0)
    return {
      did:
        `3 nodes on 3 machines with 3 NATS servers, ${clients.length} clients behind HAProxy: a node killed, a NATS ` +
        `server killed, a machine cut off; ${again} reconnections, ${heard.toLocaleString('en')} messages heard at the nodes, none twice over one connection, each speaker's in order, ${repeated} again after a client had moved to another node`,
      lost:
        `${sum(({ missed }) => missed)} messages that nodes missed, each counted, of which ` +
        `${sum(({ lost }) => lost)} were refused where they were sent`,
    }
  }
}

function gapOf({ first, last, count }: Heard): number {
  return last - first + 1 - count
}
