import type { ComponentChild } from 'preact'
import { tame } from '../../bytes/show-text.js'
import { showCount } from '../../bytes/amounts.js'
import type { TimeForm } from '../../store/settings.js'
import { FramingNames } from '../../widgets/framing-names.js'
import { EncodingChoice } from './encoding-choice.js'
import { useStore, useWords } from '../use-store.js'

/** Above the list: how it shows what it shows. */
export function ColumnHeads(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { sheet, settings, isHex } = store
  return (
    <div class="heads">
      <select
        aria-label={words.time}
        title={words.timeHelp}
        value={settings.time.value}
        onChange={(event) => (settings.time.value = event.currentTarget.value as TimeForm)}
      >
        <option value="clock">{words.timeClock}</option>
        <option value="relative">{words.timeRelative}</option>
        <option value="delta">{words.timeDelta}</option>
        <option value="selected">{words.timeSelected}</option>
      </select>
      <span class="content">
        <button
          type="button"
          aria-pressed={isHex.value}
          onClick={() => (isHex.value = !isHex.value)}
        >
          {words.hex}
        </button>
        <EncodingChoice />
        <button
          type="button"
          title={words.messagesHelp}
          aria-pressed={sheet.isOfMessages.value}
          onClick={() => store.toggleMessages()}
        >
          {words.messages}
        </button>
        {sheet.isOfMessages.value && sheet.log.value !== 0 && <FramingChoice />}
        <span class="grow" />
        <Progress />
        <button
          type="button"
          aria-pressed={sheet.isFollowing.value}
          onClick={() => (sheet.isFollowing.value = !sheet.isFollowing.value)}
        >
          {sheet.isFollowing.value ? words.following : words.follow}
        </button>
      </span>
    </div>
  )
}

/** What a file does not say, or says otherwise. */
function FramingChoice(): ComponentChild {
  const store = useStore()
  const words = useWords()
  return (
    <>
      <input
        type="text"
        class="framing"
        list="usual-framings"
        spellcheck={false}
        aria-label={words.framing}
        title={words.framingSpelled}
        placeholder={words.framingOfLog}
        value={store.sheet.framing.value}
        onChange={(event) => store.frameBy(event.currentTarget.value.trim())}
      />
      <FramingNames id="usual-framings" />
    </>
  )
}

function Progress(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { size, scanned, total, error } = store.sheet
  const count = (value: number): string => showCount(value, store.settings.language.value)
  if (error.value !== undefined) return <span class="missing">{tame(error.value)}</span>
  const isWhole = size.value === total.value
  const text = words.rowCount(count(size.value), isWhole ? undefined : count(total.value))
  return (
    <span class="row-count" title={text}>
      {scanned.value < total.value
        ? `${words.looking(`${Math.floor((scanned.value / total.value) * 100)} %`)} ${count(size.value)}`
        : text}
    </span>
  )
}
