import { join } from 'node:path'
import { connect, raw } from 'hawser'
import { expect, it } from 'vitest'
import { createAuthority } from '../support/certificates.js'
import { createFolder } from '../support/folders.js'
import { ROOT } from '../support/programs.js'
import { Running } from '../support/running.js'

// The programs as a user starts them. What they are made of is tested beside this file.

const anyPort = 'tcp://127.0.0.1:0'

function runExample(name: string, ...args: string[]): Running {
  const program = join(ROOT, 'examples/dist/protocols', name, 'main.js')
  return new Running(process.execPath, [program, ...args])
}

/** What it printed behind the endpoint, once it was interrupted. */
async function interrupt(example: Running): Promise<string[]> {
  await example.prints(/Ctrl-C/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
  expect(example.complained).toBe('')
  const [first, ...lines] = example.printed.split('\n')
  expect(first).toMatch(/^listening on tcp:\S+$/)
  return lines
}

it('modbus reads and writes a device', async () => {
  expect(await interrupt(runExample('modbus', anyPort))).toEqual([
    'registers [ 1, 2, 3 ]',
    'temperature 21.5',
    'the device refuses function 1 with exception 2',
    'Ctrl-C ends it.',
    '',
  ])
})

it('mqtt serves until it is interrupted', async () => {
  expect(await interrupt(runExample('mqtt', anyPort))).toEqual(['Ctrl-C ends it.', ''])
})

it('hl7 takes a message, and refuses one without a patient', async () => {
  expect(await interrupt(runExample('hl7', anyPort))).toEqual([
    'ADT^A01 4711: DOE^JANE',
    'RefusedError: there is no patient in it',
    'Ctrl-C ends it.',
    '',
  ])
})

it('trackers prints where trackers are', async () => {
  const example = runExample('trackers', anyPort, anyPort)
  const [, gt06 = ''] = await example.prints(/(tcp:\S+)\n[^]*Ctrl-C/)
  await using tracker = await connect(gt06, { framing: raw() })
  const location = '78781f120b081d112e10cf027ac7eb0c46584900148f01cc00287d001fb8000380810d0a'
  await tracker.send(Buffer.from(`ff78780d01012345678901234500018cdd0d0a${location}`, 'hex'))
  await example.prints(
    /123456789012345 at 2011-08-29T17:46:16\.000Z: 23\.11167, 114\.40928, 0 km\/h/,
  )
  await tracker.close()
  await example.prints(/a tracker is gone: ended, 1 bytes were skipped/)
  expect(await example.interrupt()).toEqual({ code: 0, signal: null })
})

it('submission serves until it is interrupted', async () => {
  const { cert, key } = await (
    await createAuthority('a')
  ).issue({ name: 'b', names: ['localhost'] })
  const folder = createFolder({ 'cert.pem': cert, 'key.pem': key })
  const files = ['cert.pem', 'key.pem'].map((file) => join(folder, file))
  expect(await interrupt(runExample('submission', 'tcp://localhost:0', ...files))).toEqual([
    'Ctrl-C ends it.',
    '',
  ])
})

it('game is played by two ships of its own', async () => {
  const lines = await interrupt(runExample('game', anyPort))
  const sailed = /^ship \d has sailed \d\.\d to the east$/
  expect(lines.slice(0, 2)).toEqual([expect.stringMatching(sailed), expect.stringMatching(sailed)])
})
