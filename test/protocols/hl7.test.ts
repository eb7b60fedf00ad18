import fc from 'fast-check'
import { connect, raw, type ServerOptions } from 'hawser'
import { checkFraming, createMemoryNetwork, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeAck, mllp, readAck, readHeader } from '../../examples/protocols/hl7/mllp.js'
import { createReceiver } from '../../examples/protocols/hl7/receiver.js'
import { Sender } from '../../examples/protocols/hl7/sender.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

const admission = (id: string, rest = 'PID|1||7||DOE^JANE\r'): string =>
  `MSH|^~\\&|WARD|NORTH|LAB|SOUTH|20261128||ADT^A01|${id}|P|2.5\r${rest}`
const framed = (text: string): string => `\v${text}\x1c\r`

async function start(options: ServerOptions<string, string> = {}) {
  const network = createMemoryNetwork()
  const taken: string[] = []
  const receiver = createReceiver(
    (text, { controlId }) => {
      if (text.includes('DISK FULL')) throw new Error('no room | for\r it')
      taken.push(controlId)
    },
    { network, ...options },
  )
  await receiver.listen('tcp://127.0.0.1:2575')
  onTestFinished(async () => void (await receiver.close({ drain: 0 })))
  return { network, receiver, taken }
}

describe('frames of MLLP', () => {
  it.each(['utf8', 'latin1'] as const)('carry %s, the same at every cut', (encoding) => {
    checkFraming(mllp(encoding, 4096), [
      { send: admission('1', 'PID|1||7||MÜLLER^JANE\r') },
      { bytes: Buffer.from('\n\r\n'), receive: [] },
      { send: '' },
    ])
  })

  it('skip what lies between them, and count it', async () => {
    const { network, receiver, taken } = await start()
    const skipped = new Promise<number>((resolve) => {
      receiver.once('connection', (peer) => void peer.closed.then(() => resolve(peer.skipped)))
    })
    const stream = `OF A MESSAGE\x1c\r${framed(admission('1'))}\n${framed(admission('2'))}\r\n`
    await say(receiver, network, [Buffer.from(stream)])
    expect(taken).toEqual(['1', '2'])
    expect(await skipped).toBe(17)
  })

  it.each([
    ['that begin before another has ended', `\vMSH|a${framed(admission('1'))}`, 'frame-malformed'],
    ['larger than they may be', `\v${'x'.repeat(1_100_000)}`, 'frame-too-large'],
    ['that end early', `\v${admission('1')}`, 'frame-truncated'],
  ])('%s are refused', async (_, bytes, reason) => {
    const { network, receiver, taken } = await start()
    expect(await say(receiver, network, [Buffer.from(bytes)])).toBe(reason)
    expect(taken).toEqual([])
  })

  it('are waited for no longer than frameTimeout, but a line feed begins none', async () => {
    const clock = new VirtualClock()
    const { network, receiver } = await start({ clock })
    const client = await connect(receiver.address(), { network, framing: raw() })
    await client.send(`${framed(admission('1'))}\n`)
    await clock.runUntil(client.receive())
    await clock.advance(600_000)
    const [peer] = [...receiver.connections]
    expect(peer?.phase).toBe('open')
    await client.send('\vMSH')
    const ended = peer?.closed ?? Promise.reject(new Error('it is gone'))
    expect(await clock.runUntil(ended)).toMatchObject({ reason: 'frame-timeout' })
  })
})

describe('an acknowledgement', () => {
  it('says which message it is for, in that message’s own separators, to its sender', () => {
    const ack = makeAck(readHeader('MSH$*~\\&$A$B$C$D$$$ORU*R01$77$P$2.3\rOBX'), 'AE', 'a$b\rc')
    expect(ack.replace(/\$\d{14}\$/, '$TIME$')).toBe(
      'MSH$*~\\&$C$D$A$B$TIME$$ACK*R01$77$P$2.3\rMSA$AE$77$abc\r',
    )
    expect(readAck(ack)).toEqual({ code: 'AE', controlId: '77', text: 'abc' })
  })

  it.each(['', 'PID|1', 'MSH', 'MSH|', 'MSHA^~\\&|', 'MSH|^~\\&|A|B|C|D|||ADT^A01||P|2.5'])(
    '%j has no header',
    (text) => expect(() => readHeader(text)).toThrow(RangeError),
  )
})

describe('the HL7 receiver and sender of the examples', () => {
  it('take each message once, in order, and say what became of it', async () => {
    const { network, receiver, taken } = await start()
    const sender = new Sender(receiver.address(), { network })
    onTestFinished(async () => void (await sender.client.close({ drain: 0 })))
    await Promise.all(['1', '2', '3'].map((id) => sender.send(admission(id))))
    expect(taken).toEqual(['1', '2', '3'])
    const full = sender.send(admission('4', 'ZZZ|DISK FULL\r'))
    await expect(full).rejects.toMatchObject({ code: 'AE', message: 'no room  for it' })
    await expect(sender.send('PID|1')).rejects.toThrow(/MSH/)
    await sender.close()
  })

  it('refuse what is no message, and go on', async () => {
    const { network, receiver, taken } = await start()
    const client = await connect(receiver.address(), { network, framing: mllp() })
    await client.send('PID|1||7')
    expect(readAck((await client.receive()).replace('|ACK||', '|ACK|0|'))).toMatchObject({
      code: 'AR',
      controlId: '',
    })
    await client.send(admission('5'))
    expect(readAck(await client.receive())).toMatchObject({ code: 'AA', controlId: '5' })
    expect(taken).toEqual(['5'])
  })

  it('survive whatever comes, and take the next message', async () => {
    const { network, receiver, taken } = await start()
    const good = Buffer.from(`${framed(admission('1'))}\n${framed(admission('2'))}`)
    await fc.assert(
      fc.asyncProperty(damaged([good]), async (pieces) => {
        expectOrderly(await say(receiver, network, pieces))
      }),
      runs(300),
    )
    const sender = new Sender(receiver.address(), { network })
    onTestFinished(async () => void (await sender.client.close({ drain: 0 })))
    await sender.send(admission('last'))
    expect(taken.at(-1)).toBe('last')
  })
})
