import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Client, Message } from 'node-hl7-client'
import { Server } from 'node-hl7-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReceiver } from '../../examples/protocols/hl7/receiver.js'
import { Sender } from '../../examples/protocols/hl7/sender.js'

// The counterparts are packages of npm, so there is no program to look for.

const header = {
  msh_9_1: 'ADT',
  msh_9_2: 'A01',
  msh_10: '4711',
  msh_11_1: 'P',
} as const

describe('the HL7 receiver of the examples', () => {
  it('takes the messages of node-hl7-client, and it reads the acknowledgements', async () => {
    const taken: string[] = []
    const receiver = createReceiver((text, { type, controlId }) => {
      if (taken.length === 2) throw new Error('enough')
      taken.push(`${type} ${controlId} ${text.split('\r').length}`)
    })
    await receiver.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await receiver.close({ drain: 0 })))
    const client = new Client({ host: '127.0.0.1' })
    onTestFinished(() => client.closeAll())
    let reply: (code: string) => void = () => {}
    const { port } = receiver.address() as AddressInfo
    const outbound = client.createConnection({ port }, (response) => {
      reply(response.getMessage().get('MSA.1').toString())
    })
    await once(outbound, 'connect')
    const codes: string[] = []
    for (const msh_10 of ['1', '2', '3']) {
      const replied = new Promise<string>((resolve) => (reply = resolve))
      await outbound.sendMessage(new Message({ messageHeader: { ...header, msh_10 } }))
      codes.push(await replied)
    }
    expect(codes).toEqual(['AA', 'AA', 'AE'])
    expect(taken).toEqual(['ADT^A01^ADT_A01 1 1', 'ADT^A01^ADT_A01 2 1'])
    await outbound.close()
  })
})

describe('the HL7 sender of the examples', () => {
  it('sends messages to node-hl7-server, and is told which are refused', async () => {
    const taken: string[] = []
    const server = new Server({ bindAddress: '127.0.0.1' })
    const inbound = server.createInbound({ port: 0 }, (request, response) => {
      const id = request.getMessage().get('MSH.10').toString()
      taken.push(id)
      void response.sendResponse(id === 'bad' ? 'AR' : 'AA')
    })
    onTestFinished(async () => void (await inbound.close()))
    await once(inbound, 'listen')
    const listener = (inbound as unknown as { _socket: { address(): AddressInfo } })._socket
    // Version 2.5 of it takes what came before on a connection for a part of each message, so that a
    // second one would be taken twice: one connection for each.
    const send = async (id: string): Promise<void> => {
      const sender = new Sender(`tcp://127.0.0.1:${listener.address().port}`)
      onTestFinished(async () => void (await sender.client.close({ drain: 0 })))
      await sender.send(new Message({ messageHeader: { ...header, msh_10: id } }).toString())
      await sender.close()
    }
    await send('1')
    await send('2')
    await expect(send('bad')).rejects.toMatchObject({ code: 'AR' })
    await send('3')
    expect(taken).toEqual(['1', '2', 'bad', '3'])
  })
})
