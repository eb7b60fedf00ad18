import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import type { RenderedForm } from '@hawser/workbench'
import * as hawser from 'hawser'
import type { LogRow, SessionLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { createTools } from '../../src/workbench/tools.js'

const tools = createTools('1.2.3')

const framings: readonly (readonly [string, string])[] = [
  ['raw', 'raw()'],
  ['lines', 'lines()'],
  ['lines,crlf=require,oversize=discard', "lines({ crlf: 'require', oversize: 'discard' })"],
  ['length:2be,offset=4', "lengthPrefixed({ bytes: 2, endian: 'big', offset: 4 })"],
  ['length:varint', "lengthPrefixed({ bytes: 'varint' })"],
  [String.raw`delim:\r\n`, String.raw`delimited('\r\n')`],
  [String.raw`delim:\xff\x00`, 'delimited(Uint8Array.of(255, 0))'],
  ["delim:'", String.raw`delimited('\'')`],
  ['fixed:16,checksum=crc32', "checksum(fixed(16), { algorithm: 'crc32' })"],
  ['netstring', 'netstring()'],
  ['json', 'jsonLines()'],
  ['json-values', 'jsonValues()'],
  ['slip', 'slip()'],
  ['dots', 'dotStuffed()'],
  ['silence:20', 'silence({ gap: 20 })'],
]

it.each(framings)('%s is %s in a program, which makes a framing', (spelled, call) => {
  const code = tools.framingCode({ framing: spelled })
  expect(code.call).toBe(call)
  // As a program has it that imports these names.
  const imported = code.names.map((name) => [name, Reflect.get(hawser, name) as unknown])
  const made: unknown = runInNewContext(code.call, { ...Object.fromEntries(imported), Uint8Array })
  expect(made).toHaveProperty('createDecoder')
})

it('the largest message is said where there is one', () => {
  expect(tools.framingCode({ maxFrame: 100 }).call).toBe('raw({ maxFrame: 100 })')
  expect(tools.framingCode({ framing: 'fixed:8', maxFrame: 100 }).call).toBe('fixed(8)')
})

it('a framing of a module is imported by its path', () => {
  expect(tools.framingCode({ framing: './a.mjs#b' })).toEqual({
    names: [],
    call: '(await import("./a.mjs")).b',
  })
})

it('a framing is loaded as --framing spells it, and refused as there', async () => {
  expect(await tools.loadFraming('length:2be', { maxFrame: 100 })).toMatchObject({ maxFrame: 100 })
  await expect(tools.loadFraming('lins', {})).rejects.toThrow('did you mean lines')
})

it('a framing that is a program is loaded only where the command line named it', async () => {
  const folder = createFolder({ 'mine.mjs': "throw new Error('it ran')" })
  const path = join(folder, 'mine.mjs')
  await expect(tools.loadFraming(path, {})).rejects.toThrow(/is a program, which no page may start/)
  const served = createTools('1.2.3', { own: path })
  await expect(served.loadFraming(path, {})).rejects.toThrow('it ran')
  await expect(served.loadFraming(`${path}#other`, {})).rejects.toThrow(/no page may start/)
})

it('faults are checked without a proxy', () => {
  expect(() => tools.checkFaults(['latency=100', 'drop=0.1@up'])).not.toThrow()
  expect(() => tools.checkFaults(['latncy=100'])).toThrow('did you mean latency')
})

it('TLS of a server is that of its files', async () => {
  expect(await tools.serverTls(false)).toBeUndefined()
  const folder = createFolder()
  const files = { cert: `${folder}/a.pem`, key: `${folder}/a.key`, ca: `${folder}/ca.pem` }
  expect(await tools.serverTls(files)).toMatchObject({ ...files, ca: [files.ca] })
})

it('TLS of a client is what it trusts', async () => {
  expect(await tools.clientTls(false)).toBeUndefined()
  expect(await tools.clientTls(true)).toEqual({})
  expect(await tools.clientTls({ ca: 'a', servername: 'b', insecure: true })).toEqual({
    ca: ['a'],
    servername: 'b',
    insecure: true,
  })
})

it('rows are exported as hawser log exports them', async () => {
  const common = { number: 1, connection: 1, flags: 0, source: 0, position: 0, back: 0 }
  const said = {
    ...common,
    time: 0,
    kind: 'in',
    data: Buffer.from('a\nb\n'),
    event: undefined,
  } as const
  async function* rows(): AsyncGenerator<LogRow> {
    yield said
    yield { ...said, kind: 'event', data: Buffer.from('{}'), event: { event: 'x' } }
  }
  const made = async (form: RenderedForm): Promise<Buffer> => {
    const pieces: Uint8Array[] = []
    for await (const piece of tools.exportRows(form, rows())) pieces.push(piece)
    return Buffer.concat(pieces)
  }
  expect(String(await made('text'))).toBe('@1 < a\n@1 < b\n')
  const [first, second] = String(await made('jsonl'))
    .trim()
    .split('\n')
  expect(JSON.parse(first ?? '')).toMatchObject({ row: 1, kind: 'in', connection: 1 })
  expect(JSON.parse(second ?? '')).toMatchObject({ event: { event: 'x' } })
  // The first block of a pcapng file: a section header.
  expect((await made('pcapng')).readUInt32BE(0)).toBe(0x0a_0d_0d_0a)
})

it('a page may not have programs run unless the command line says so', async () => {
  const command = [process.execPath, '-e', '0']
  const definition = { kind: 'program' as const, name: 'a', command }
  const around = {
    ...{ log: {} as SessionLog, details: {} },
    ...{ failed: () => {}, changed: () => {}, ended: () => {} },
  }
  await expect(tools.startProgram(definition, around)).rejects.toThrow(
    'a page may not run or watch programs here: start it with hawser workbench --allow-run',
  )
})
