import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import type { Filter, Pattern } from '../../../src/protocol/filter.js'
import type { Encoding } from '../../../src/protocol/text/encoding.js'
import { useStore, useWords } from '../use-store.js'
import { ExportChoice } from './export-choice.js'
import { filterText } from './filter-text.js'

interface ToolbarProps {
  /** The first row in sight. */
  readonly first: Signal<number>
}

/** By its number, a row is one of the log. */
type As = Pattern['as'] | 'row'

/** Find and filter. */
export function Toolbar({ first }: ToolbarProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { sheet } = store
  const text = useSignal('')
  const as = useSignal<As>('text')
  const isExact = useSignal(true)
  const isMissing = useSignal(false)
  const field = useRef<HTMLInputElement>(null)
  const pattern = (): Pattern | undefined =>
    toPattern(as.value, text.value, sheet.encoding.value, isExact.value)
  /** What is looked for: pressed twice, it is the second one that one goes to. */
  const underWay = useRef({ asked: '', done: Promise.resolve() })
  const findNext = (backwards: boolean): void => {
    const asked = [as.value, sheet.encoding.value, isExact.value, text.value].join(' ')
    const before = underWay.current.asked === asked ? underWay.current.done : Promise.resolve()
    underWay.current = { asked, done: before.then(() => find(backwards)) }
  }
  const find = async (backwards: boolean): Promise<void> => {
    if (as.value === 'row') {
      const number = text.value.replaceAll(/[\s,]/g, '')
      const isThere = /^\d+$/.test(number) && (await store.goToRow(Number(number)))
      isMissing.value = isThere !== true
      return
    }
    const wanted = pattern()
    if (wanted === undefined) return
    const here = sheet.place.value
    const from =
      here === undefined ? (backwards ? sheet.size.value : first.value) : here + (backwards ? 0 : 1)
    isMissing.value = (await store.find(wanted, from, backwards)) === undefined
  }
  const filter = (): void => {
    const wanted = pattern()
    if (wanted === undefined) field.current?.focus()
    else store.filterBy({ pattern: wanted })
  }
  return (
    <div class="toolbar" role="toolbar" aria-label={words.find}>
      <select
        aria-label={words.findAs}
        value={as.value}
        onChange={(event) => (as.value = event.currentTarget.value as As)}
      >
        <option value="text">{words.asText}</option>
        <option value="hex">{words.asHex}</option>
        <option value="regex">{words.asRegex}</option>
        <option value="row">{words.asRow}</option>
      </select>
      <span class="find-field">
        <input
          ref={field}
          id="find"
          type="search"
          spellcheck={false}
          placeholder={`${words.find} (/)`}
          aria-label={words.find}
          aria-invalid={isMissing.value}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value
            isMissing.value = false
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.repeat) findNext(event.shiftKey)
            else if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
        {as.value === 'text' && (
          <button
            type="button"
            id="match-case"
            title={words.matchCase}
            aria-label={words.matchCase}
            aria-pressed={isExact.value}
            onClick={() => {
              isExact.value = !isExact.value
              isMissing.value = false
            }}
          >
            Aa
          </button>
        )}
      </span>
      <button
        type="button"
        title={words.findPrevious}
        aria-label={words.findPrevious}
        onClick={() => findNext(true)}
      >
        ↑
      </button>
      <button
        type="button"
        title={words.findNext}
        aria-label={words.findNext}
        onClick={() => findNext(false)}
      >
        ↓
      </button>
      {isMissing.value && <span class="missing">{words.notFound}</span>}
      <button type="button" id="filter" onClick={filter}>
        {words.filter}
      </button>
      <KindChoice />
      {store.isNarrowed.value && <DropButton />}
      <ExportChoice />
    </div>
  )
}

/** Says what is left out, and takes it away. */
function DropButton(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const text = filterText(store.sheet.filter.value, words)
  return (
    <button
      type="button"
      class="drop"
      title={`${words.dropFilter} (Esc)`}
      aria-label={[words.dropFilter, text].filter(Boolean).join(': ')}
      onClick={() => store.dropFilter()}
    >
      ✕ {text || words.dropFilter}
    </button>
  )
}

const kindChoices: Readonly<Record<string, Filter['kinds']>> = {
  all: undefined,
  messages: ['in', 'out'],
  in: ['in'],
  out: ['out'],
  events: ['event', 'lost'],
}

function KindChoice(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { kinds } = store.sheet.filter.value
  const chosen = Object.entries(kindChoices).find(([, each]) => each?.join() === kinds?.join())
  return (
    <select
      aria-label={words.rowKinds}
      value={chosen?.[0] ?? 'all'}
      onChange={(event) => store.filterBy({ kinds: kindChoices[event.currentTarget.value] })}
    >
      <option value="all">{words.allKinds}</option>
      <option value="messages">{words.onlyMessages}</option>
      <option value="in">{words.onlyReceived}</option>
      <option value="out">{words.onlySent}</option>
      <option value="events">{words.onlyEvents}</option>
    </select>
  )
}

function toPattern(
  as: As,
  text: string,
  encoding: Encoding,
  isExact: boolean,
): Pattern | undefined {
  if (text === '' || as === 'row') return undefined
  if (as === 'hex') return { as, hex: text }
  if (as === 'regex') return { as, regex: text }
  return {
    ...{ as, text },
    ...(encoding === 'utf-8' ? {} : { encoding }),
    ...(isExact ? {} : { anyCase: true }),
  }
}
