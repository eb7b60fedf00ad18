import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.js'
import type { Notebook, Traffic } from '../support/notebook.js'
import { attachTo, canAttach, inspect, Target } from './target.js'

describe.runIf(canAttach)('a connection that is open when its program is attached to', () => {
  for (const kind of ['net', 'hawser']) {
    it(`is seen from then on, in both directions: ${kind}`, async () => {
      const { target, client } = await openEcho(kind)
      await exchange(client, 'before')
      const { notebook, socket } = await inspect()
      await attachTo(target, { socket })
      await exchange(client, 'after')
      const [traffic, ...others] = await seen(notebook, 'after')
      expect(others).toEqual([])
      expect(traffic!.connection.role).not.toBe('connect')
      expect(traffic!.connection.unseen).toBeUndefined()
      expect([String(traffic!.in), String(traffic!.out)]).toEqual(['after', 'after'])
      client.destroy()
      await until(() => notebook.traffic.some(({ close }) => close !== undefined))
      const [{ close, connection } = traffic!] = await seen(notebook, 'after')
      expect(connection.before).toEqual({ in: 'before'.length, out: 'before'.length })
      expect(close?.counted).toEqual({ in: 'beforeafter'.length, out: 'beforeafter'.length })
    })
  }

  it('is seen by the next inspection, when the first is over, and once', async () => {
    const { target, client } = await openEcho('net')
    const first = await inspect()
    await attachTo(target, first)
    await exchange(client, 'one')
    await seen(first.notebook, 'one')
    await expect(attachTo(target)).rejects.toMatchObject({
      code: 'ATTACH_FAILED',
      message: `process ${target.pid} is watched by another hawser inspect: end that one first`,
    })
    await first.end()
    await exchange(client, 'unseen')
    const second = await inspect()
    await attachTo(target, second)
    await exchange(client, 'two')
    const [traffic, ...others] = await seen(second.notebook, 'two')
    expect(others).toEqual([])
    expect([String(traffic!.in), String(traffic!.out)]).toEqual(['two', 'two'])
    expect(target.ports).toHaveLength(1)
  })

  it('is seen from then on though a parser reads it by itself: HTTP, by each inspection once', async () => {
    const { target, port } = await openEcho('http')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    expect(await post(port, 'before', agent)).toBe('before')
    for (const body of ['first', 'second', 'third']) {
      const { notebook, socket, end } = await inspect()
      await attachTo(target, { socket })
      expect(await post(port, body, agent)).toBe(body)
      const [traffic, ...others] = await seen(notebook, body)
      expect(others).toEqual([])
      expect(traffic!.protocol).toBe('HTTP')
      expect(String(traffic!.in)).toMatch(
        new RegExp(`^POST / HTTP/1.1\r\n[^]*\r\n${body}(\r\n0\r\n\r\n)?$`),
      )
      expect(String(traffic!.out)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
      expect(String(traffic!.out).split(body)).toHaveLength(2)
      await end()
    }
  })

  it('new connections are seen whole', async () => {
    const { target, port } = await openEcho('http')
    const { notebook, socket } = await inspect()
    await attachTo(target, { socket })
    expect(await post(port, 'new', undefined)).toBe('new')
    const [traffic] = await seen(notebook, 'new')
    await until(() => notebook.traffic.some(({ close }) => close !== undefined))
    const [{ close, connection } = traffic!] = await seen(notebook, 'new')
    expect(connection.lost).toEqual({ in: 0, out: 0 })
    expect(close?.counted).toEqual(connection.captured)
  })
})

async function post(port: number, body: string, agent: Agent | undefined): Promise<string> {
  const options = { port, host: '127.0.0.1', method: 'POST', agent: agent ?? false }
  const sent = request(options).end(body)
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

async function openEcho(kind: string): Promise<{ target: Target; client: Socket; port: number }> {
  const target = await Target.node('echo.mjs', { words: [kind] })
  const port = Number(/port (\d+)/.exec(target.running.printed)?.[1])
  const client = connect(port, '127.0.0.1')
  onTestFinished(() => void client.destroy())
  await once(client, 'connect')
  return { target, client, port }
}

async function exchange(client: Socket, text: string): Promise<void> {
  client.write(text)
  const [reply] = (await once(client, 'data')) as [Buffer]
  expect(String(reply)).toBe(text)
}

/** The connections that were seen, once this text was in both directions of one. */
async function seen(notebook: Notebook, text: string): Promise<readonly Traffic[]> {
  await until(() =>
    notebook.traffic.some(({ in: incoming, out }) => incoming.includes(text) && out.includes(text)),
  )
  return notebook.traffic.filter(({ in: incoming, out }) => incoming.length + out.length > 0)
}
