import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { SavedFilePlace } from '../../src/saved/saved-file.js'
import { SavedItems } from '../../src/saved/saved-items.js'

async function open(file: string): Promise<{ saved: SavedItems; notices: string[] }> {
  const notices: string[] = []
  const place = new SavedFilePlace(file, (text) => void notices.push(text))
  return { saved: new SavedItems(await place.read(), place), notices }
}

function names({ saved }: { saved: SavedItems }): string[] {
  return saved.state.messages.map(({ name }) => name)
}

const message = (name: string, text = name) => ({ kind: 'message', value: { name, text } }) as const
const sequence = {
  kind: 'sequence',
  value: { name: 'login', steps: [{ do: 'delay', ms: 5 }], times: 2 },
} as const

describe('what is kept', () => {
  it('is there again, in its order, and only its owner may read it', async () => {
    const file = join(createFolder(), 'hawser', 'saved.json')
    const first = await open(file)
    for (const name of ['a', 'b', 'c']) await first.saved.keep(message(name))
    await first.saved.keep(sequence as never)
    await first.saved.move('message', 'c', 0)
    await first.saved.keep(message('B', 'two'), 'b')
    expect(names(first)).toEqual(['c', 'a', 'B'])
    await first.saved.forget('message', 'a')
    const second = await open(file)
    expect([second.saved.state, second.notices]).toEqual([first.saved.state, []])
    expect(second.saved.state).toEqual({
      messages: [
        { name: 'c', text: 'c' },
        { name: 'B', text: 'two' },
      ],
      sequences: [sequence.value],
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['saved.json'])
  })

  it('is told of when it changes, once each time', async () => {
    const { saved } = await open(join(createFolder(), 'saved.json'))
    let told = 0
    const unwatch = saved.watch(() => void told++)
    await saved.keep(message('a'))
    await saved.move('message', 'a', 9)
    unwatch()
    await saved.forget('message', 'a')
    expect(told).toBe(2)
  })

  it('has one of each name', async () => {
    const { saved } = await open(join(createFolder(), 'saved.json'))
    await saved.keep(message('a'))
    await saved.keep(message('b'))
    await expect(saved.keep(message('a'))).rejects.toMatchObject({ code: 'WORKBENCH_INVALID' })
    await expect(saved.keep(message('a'), 'b')).rejects.toThrow(/choose another name/)
    await expect(saved.forget('message', 'c')).rejects.toMatchObject({
      code: 'WORKBENCH_NOT_FOUND',
    })
    // A sequence is something else.
    await saved.keep({ kind: 'sequence', value: { ...sequence.value, name: 'a' } } as never)
    expect(saved.state.sequences).toHaveLength(1)
  })

  it('is bounded, in number and in bytes', async () => {
    const { saved } = await open(join(createFolder(), 'saved.json'))
    // Three bytes each, of which 8 MiB would be more than a page is sent at once.
    const large = Array.from({ length: 10 }, (_, index) => message(`${index}`, '汉'.repeat(65_536)))
    for (const each of large) await saved.keep(each)
    await expect(saved.keep(message('one more', '汉'.repeat(65_536)))).rejects.toThrow(/2097152/)
    expect(saved.state.messages).toHaveLength(10)
    const many = new SavedItems(
      {
        messages: Array.from({ length: 500 }, (_, index) => ({ name: `${index}`, text: '' })),
        sequences: [],
      },
      { write: () => Promise.resolve() },
    )
    await expect(many.keep(message('one more'))).rejects.toThrow(/500/)
  })

  it('is kept until the end where the file cannot be written, which is said', async () => {
    const folder = createFolder()
    writeFileSync(join(folder, 'no-folder'), '')
    const both = await open(join(folder, 'no-folder', 'saved.json'))
    expect(both.notices).toEqual([])
    await expect(both.saved.keep(message('a'))).rejects.toMatchObject({ code: 'WORKBENCH_FAILED' })
    expect(names(both)).toEqual(['a'])
  })

  it('is written one after the other: the last state is the one in the file', async () => {
    const file = join(createFolder(), 'saved.json')
    const { saved } = await open(file)
    await Promise.all(Array.from({ length: 20 }, (_, index) => saved.keep(message(`${index}`))))
    const again = await open(file)
    expect(names(again)).toHaveLength(20)
    let under = 0
    let most = 0
    const write = async (): Promise<void> => {
      most = Math.max(most, ++under)
      await new Promise(setImmediate)
      under--
    }
    const slow = new SavedItems({ messages: [], sequences: [] }, { write })
    await Promise.all(['a', 'b', 'c'].map((name) => slow.keep(message(name))))
    expect(most).toBe(1)
  })
})

describe('a file that is broken', () => {
  it.each([
    [
      'more than a page can be told',
      JSON.stringify({
        version: 1,
        messages: Array.from({ length: 50 }, (_, index) => ({
          name: `${index}`,
          text: 'x'.repeat(60_000),
        })),
        sequences: [],
      }),
    ],
    ['no JSON', '{"version":1,'],
    ['another version', '{"version":2,"messages":[],"sequences":[]}'],
    ['a wrong message', '{"version":1,"messages":[{"name":"a"}],"sequences":[]}'],
    ['nothing', ''],
    ['deep', '['.repeat(100_000)],
  ])('is set aside, and said to be: %s', async (_, text) => {
    const file = join(createFolder(), 'saved.json')
    writeFileSync(file, text)
    const both = await open(file)
    expect(both.saved.state).toEqual({ messages: [], sequences: [] })
    expect(both.notices).toHaveLength(1)
    expect(both.notices[0]).toContain(`${file}.broken`)
    expect(readFileSync(`${file}.broken`, 'utf8')).toBe(text)
    await both.saved.keep(message('a'))
    expect(names(await open(file))).toEqual(['a'])
  })

  it('or that is a folder, is no crash', async () => {
    const file = join(createFolder(), 'saved.json')
    mkdirSync(file)
    const { notices } = await open(file)
    expect(notices[0]).toMatch(/is no file/)
  })

  it('or that may not be read, is no crash', async () => {
    if (process.getuid?.() === 0) return
    const file = join(createFolder(), 'saved.json')
    writeFileSync(file, '{}')
    chmodSync(file, 0)
    const { notices } = await open(file)
    expect(notices).toHaveLength(1)
  })
})
