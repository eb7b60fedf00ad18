import fc from 'fast-check'
import { connect, raw, type Server } from 'hawser'
import { checkFraming, createMemoryNetwork, type MemoryNetwork } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createGt06Gateway, gt06 } from '../../examples/protocols/trackers/gt06.js'
import type { Fleet, Position } from '../../examples/protocols/trackers/position.js'
import {
  createTeltonikaGateway,
  teltonikaData,
} from '../../examples/protocols/trackers/teltonika.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

// The counterparts are what manufacturers publish, byte for byte.

/** GPS Tracker Communication Protocol (GT06): its login, location and status, and the replies to them. */
const published = {
  login: '78780d01012345678901234500018cdd0d0a',
  loggedIn: '787805010001d9dc0d0a',
  location: '78781f120b081d112e10cf027ac7eb0c46584900148f01cc00287d001fb8000380810d0a',
  status: '78780a134401040001000508450d0a',
  statusTaken: '787805130005afd50d0a',
}

/** https://wiki.teltonika-gps.com/view/Codec: Codec 8, its three examples, and how a tracker begins. */
const teltonika = {
  imei: '000f333536333037303432343431303133',
  first:
    '000000000000003608010000016b40d8ea30010000000000000000000000000000000105021503010101425e0f01f1' +
    '0000601a014e0000000000000000010000c7cf',
  second:
    '000000000000002808010000016b40d9ad80010000000000000000000000000000000103021503010101425e10' +
    '0000010000f22a',
  third:
    '000000000000004308020000016b40d57b480100000000000000000000000000000001010101000000000000016b40' +
    'd5c198010000000000000000000000000000000101010101000000020000252c',
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

class Records implements Fleet {
  readonly stored: [string, Position][] = []
  known = true
  failing = false

  knows(): boolean {
    return this.known
  }

  store(imei: string, positions: readonly Position[]): void {
    if (this.failing) throw new Error('the disk is full')
    for (const position of positions) this.stored.push([imei, position])
  }
}

async function start<In, Out>(
  create: (
    fleet: Fleet,
    options: { network: MemoryNetwork; onError: () => void },
  ) => Server<In, Out>,
) {
  const network = createMemoryNetwork()
  const fleet = new Records()
  const gateway = create(fleet, { network, onError: () => {} })
  await gateway.listen('tcp://127.0.0.1:5023')
  onTestFinished(async () => void (await gateway.close({ drain: 0 })))
  return { network, fleet, gateway }
}

/** What a gateway replies to these bytes, why it ended, and how many bytes it skipped. */
async function send<In, Out>(gateway: Server<In, Out>, network: MemoryNetwork, bytes: string) {
  const ended = new Promise<{ reason: string; skipped: number }>((resolve) => {
    gateway.once('connection', (peer) => {
      void peer.closed.then(({ reason }) => resolve({ reason, skipped: peer.skipped }))
    })
  })
  const tracker = await connect(gateway.address(), { network, framing: raw() })
  await tracker.send(hex(bytes))
  await tracker.end()
  let replies = ''
  try {
    for await (const piece of tracker) replies += Buffer.from(piece).toString('hex')
  } catch {
    // It was reset: the gateway says why.
  }
  return { replies, ...(await ended) }
}

describe('the GT06 gateway of the examples', () => {
  it('takes the published frames, and replies as published', async () => {
    const { network, fleet, gateway } = await start(createGt06Gateway)
    const { login, location, status, loggedIn, statusTaken } = published
    expect(await send(gateway, network, login + location + status)).toEqual({
      replies: loggedIn + statusTaken,
      reason: 'ended',
      skipped: 0,
    })
    const [[imei, position] = ['', undefined]] = fleet.stored
    expect(imei).toBe('123456789012345')
    expect(position).toMatchObject({
      time: new Date('2011-08-29T17:46:16Z'),
      speed: 0,
      course: 143,
      satellites: 15,
      isFixed: true,
    })
    expect(position?.latitude).toBeCloseTo(23.111_668, 6)
    expect(position?.longitude).toBeCloseTo(114.409_285, 6)
  })

  it('skips what lies in front of frames and between them, and counts it', async () => {
    const { network, fleet, gateway } = await start(createGt06Gateway)
    const { login, location, loggedIn } = published
    const garbage = '4142010000ff'
    const stream = garbage + login + 'ff'.repeat(9) + location + garbage
    expect(await send(gateway, network, stream)).toEqual({
      replies: loggedIn,
      reason: 'ended',
      skipped: 21,
    })
    expect(fleet.stored.length).toBe(1)
  })

  it('is the same at every cut', () => {
    const { login, status } = published
    checkFraming(gt06, [
      { bytes: hex(login), receive: [{ kind: 1, serial: 1, imei: '123456789012345' }] },
      { bytes: hex(status), receive: [{ kind: 19, serial: 5 }] },
    ])
  })

  it.each([
    ['a wrong CRC', published.login.replace('8cdd', '8cde'), 'frame-malformed'],
    ['another end', published.login.replace('0d0a', '0d0b'), 'frame-malformed'],
    ['no kind', '7878000d0a', 'frame-malformed'],
    ['half of a frame', published.login.slice(0, 20), 'frame-truncated'],
    ['a location before a login', published.location, 'tracker-not-logged-in'],
  ])('ends a tracker that sends %s', async (_, bytes, reason) => {
    const { network, fleet, gateway } = await start(createGt06Gateway)
    expect(await send(gateway, network, bytes)).toMatchObject({ replies: '', reason })
    expect(fleet.stored).toEqual([])
  })

  it('does not let one in that it does not know', async () => {
    const { network, fleet, gateway } = await start(createGt06Gateway)
    fleet.known = false
    const { login, location } = published
    const reason = 'tracker-unknown'
    expect(await send(gateway, network, login + location)).toMatchObject({ replies: '', reason })
    expect(fleet.stored).toEqual([])
  })
})

describe('the Teltonika gateway of the examples', () => {
  it('takes the published frames, and says how many records it stored', async () => {
    const { network, fleet, gateway } = await start(createTeltonikaGateway)
    const { imei, first, second, third } = teltonika
    expect(await send(gateway, network, imei + first + 'ff' + second + third)).toEqual({
      replies: '01000000010000000100000002',
      reason: 'ended',
      skipped: 1,
    })
    expect(fleet.stored.map(([who, { time }]) => [who, time.toISOString()])).toEqual(
      ['10:04:46', '10:05:36', '10:01:01', '10:01:19'].map((at) => [
        '356307042441013',
        expect.stringContaining(`2019-06-10T${at}`) as string,
      ]),
    )
  })

  it('acknowledges nothing that was not stored', async () => {
    const { network, fleet, gateway } = await start(createTeltonikaGateway)
    fleet.failing = true
    const reason = 'handler-failed'
    const { imei, first } = teltonika
    expect(await send(gateway, network, imei + first)).toMatchObject({ replies: '01', reason })
  })

  it('does not let one in that it does not know', async () => {
    const { network, fleet, gateway } = await start(createTeltonikaGateway)
    fleet.known = false
    const reason = 'tracker-unknown'
    const { imei, first } = teltonika
    expect(await send(gateway, network, imei + first)).toMatchObject({ replies: '00', reason })
    expect(fleet.stored).toEqual([])
  })

  it('is the same at every cut', () => {
    const zero = { longitude: 0, latitude: 0, course: 0, satellites: 0, speed: 0, isFixed: false }
    checkFraming(teltonikaData, [
      {
        bytes: hex(teltonika.third),
        receive: [
          [
            { ...zero, time: new Date(0x16b_40d5_7b48) },
            { ...zero, time: new Date(0x16b_40d5_c198) },
          ],
        ],
      },
    ])
  })

  it.each([
    ['a wrong CRC', teltonika.imei + teltonika.first.replace('c7cf', 'c7ce'), 'frame-malformed'],
    ['an IMEI of letters', '000f' + '61'.repeat(15), 'frame-malformed'],
    ['an IMEI that is too long', '0012' + '31'.repeat(18), 'frame-too-large'],
    ['half of an IMEI', '000f3132', 'frame-truncated'],
    ['another codec', `${teltonika.imei}00000000000000010b00000880`, 'frame-malformed'],
    ['more than a tracker sends', `${teltonika.imei}0000000000100000`, 'frame-too-large'],
    ['half of a frame', teltonika.imei + teltonika.first.slice(0, 40), 'frame-truncated'],
  ])('ends a tracker that sends %s', async (_, bytes, reason) => {
    const { network, fleet, gateway } = await start(createTeltonikaGateway)
    expect(await send(gateway, network, bytes)).toMatchObject({ reason })
    expect(fleet.stored).toEqual([])
  })
})

it.each([
  ['GT06', createGt06Gateway, published.login + published.location + published.status],
  ['Teltonika', createTeltonikaGateway, teltonika.imei + teltonika.first + teltonika.third],
])(
  'the %s gateway survives whatever comes, and takes the next tracker',
  async (_, create, talk) => {
    const { network, fleet, gateway } = await start(create as typeof createGt06Gateway)
    await fc.assert(
      fc.asyncProperty(damaged([hex(talk)]), async (pieces) => {
        const reason = await say(gateway, network, pieces)
        expectOrderly(reason, 'tracker-not-logged-in', 'tracker-unknown')
      }),
      runs(300),
    )
    const before = fleet.stored.length
    expect(await send(gateway, network, talk)).toMatchObject({ reason: 'ended' })
    expect(fleet.stored.length).toBeGreaterThan(before)
  },
)
