import { natsBackplane, type NatsBackplane, type NatsBackplaneOptions } from '../../src/index.js'
import type { BackplaneListener } from 'hawser'
import { onTestFinished } from 'vitest'

/** A node that is closed when the test ends. */
export async function makeNode(options: NatsBackplaneOptions): Promise<NatsBackplane> {
  const node = await natsBackplane(options)
  onTestFinished(() => node.close())
  return node
}

/** What a node told its server, in order. */
export class Told implements BackplaneListener {
  readonly texts: string[] = []
  readonly errors: Error[] = []
  readonly links: ('lost' | 'back')[] = []
  missing = 0

  message(_topic: string, message: Uint8Array): void {
    this.texts.push(new TextDecoder().decode(message))
  }

  failed(error: Error): void {
    this.errors.push(error)
  }

  disconnected(error: Error): void {
    this.errors.push(error)
    this.links.push('lost')
  }

  reconnected(): void {
    this.links.push('back')
  }

  missed(_topic: string, count: number): void {
    this.missing += count
  }
}

/** A node whose words are kept. */
export async function listen(
  options: NatsBackplaneOptions,
): Promise<{ node: NatsBackplane; told: Told }> {
  const node = await makeNode(options)
  const told = new Told()
  node.open(told)
  return { node, told }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/**
 * Fulfils when all that is on its way has arrived, and the replies to it: the server answers pings in
 * the order of what it was sent and what it has to deliver.
 */
export async function settle(nodes: readonly NatsBackplane[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const node of nodes) if (node.connected) await node.publish('settle', new Uint8Array())
  }
}
