import type { Backplane } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'

/** What one node was told. */
interface Told {
  readonly node: Backplane
  readonly messages: { topic: string; text: string; from: string }[]
}

/**
 * What a server relies on, of any backplane.
 *
 * @param makeNodes so many nodes of a new one
 * @param settle lets everything arrive that is on its way
 */
export function describeBackplane(
  name: string,
  makeNodes: (count: number) => Backplane[] | Promise<Backplane[]>,
  settle: () => Promise<void>,
): void {
  async function open(count: number): Promise<Told[]> {
    const nodes = await makeNodes(count)
    return nodes.map((node) => {
      const messages: Told['messages'] = []
      node.open({
        message: (topic, bytes, from) =>
          void messages.push({ topic, text: new TextDecoder().decode(bytes), from }),
        failed(error) {
          throw error
        },
        disconnected(error) {
          throw error
        },
        reconnected: () => undefined,
        missed(topic, lost, from) {
          throw new Error(`${lost} messages about ${topic} of ${from} are missing`)
        },
      })
      onTestFinished(() => node.close())
      return { node, messages }
    })
  }
  const say = (node: Backplane, topic: string, text: string): void | Promise<void> =>
    node.publish(topic, new TextEncoder().encode(text))

  describe(`a node of ${name}`, () => {
    it('gets what others publish about its topics, and says whose it is', async () => {
      const [one, two, three] = (await open(3)) as [Told, Told, Told]
      expect(new Set([one, two, three].map(({ node }) => node.nodeId)).size).toBe(3)
      for (const { node } of [one, two]) await node.subscribe('a')
      await three.node.subscribe('b')
      await say(one.node, 'a', 'hello')
      await settle()
      expect(two.messages).toEqual([{ topic: 'a', text: 'hello', from: one.node.nodeId }])
      expect([...one.messages, ...three.messages]).toEqual([])
    })

    it('gets each once, however often it asked, until it asks no more', async () => {
      const [one, two] = (await open(2)) as [Told, Told]
      await two.node.unsubscribe('a')
      await two.node.subscribe('a')
      await two.node.subscribe('a')
      await say(one.node, 'a', 'once')
      await settle()
      await two.node.unsubscribe('a')
      await two.node.unsubscribe('a')
      await settle()
      await say(one.node, 'a', 'no more')
      await settle()
      expect(two.messages.map(({ text }) => text)).toEqual(['once'])
    })

    it('gets what one publishes in order, also about different topics', async () => {
      const [one, two] = (await open(2)) as [Told, Told]
      const texts = Array.from({ length: 100 }, (_, index) => String(index))
      for (const topic of ['a', 'b', '']) await two.node.subscribe(topic)
      await settle()
      for (const [index, text] of texts.entries()) {
        void say(one.node, ['a', 'b', ''][index % 3] ?? '', text)
      }
      await settle()
      expect(two.messages.map(({ text }) => text)).toEqual(texts)
    })

    it.each(['', 'a.b', '*', '>', 'with space\nand line', 'é'.repeat(128), '__proto__'])(
      'takes %j for a topic like any other',
      async (topic) => {
        const [one, two] = (await open(2)) as [Told, Told]
        await two.node.subscribe(topic)
        await settle()
        await say(one.node, topic, 'yes')
        await say(one.node, `${topic}.x`, 'no')
        await say(one.node, 'a', 'no')
        await settle()
        expect(two.messages).toEqual([{ topic, text: 'yes', from: one.node.nodeId }])
      },
    )

    it('knows that it is connected, and who else is there where it knows', async () => {
      const [one, two, three] = (await open(3)) as [Told, Told, Told]
      for (const { node } of [one, two, three]) await node.subscribe('')
      await settle()
      expect(one.node.connected ?? true).toBe(true)
      if (one.node.nodes === undefined) return
      const others = (): string[] => [...(one.node.nodes?.() ?? [])].toSorted()
      expect(others()).toEqual([two.node.nodeId, three.node.nodeId].toSorted())
      await two.node.close()
      await settle()
      expect(others()).toEqual([three.node.nodeId])
    })

    it('is called for nothing while it publishes, nor once it has closed', async () => {
      const [one, two] = (await open(2)) as [Told, Told]
      for (const { node } of [one, two]) await node.subscribe('a')
      await settle()
      const publishing = say(one.node, 'a', 'last words')
      expect([...one.messages, ...two.messages]).toEqual([])
      await publishing
      await one.node.close()
      await settle()
      expect(two.messages.map(({ text }) => text)).toEqual(['last words'])
      void say(two.node, 'a', 'is anybody there?')
      await settle()
      expect(one.messages).toEqual([])
    })
  })
}
