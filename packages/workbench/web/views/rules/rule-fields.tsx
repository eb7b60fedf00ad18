import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'
import type { Act, MatchKind, RuleDraft } from './rule-draft.js'

interface RuleFieldsProps {
  readonly rule: RuleDraft
  readonly isFirst: boolean
  readonly set: (rule: RuleDraft) => void
  readonly remove: () => void
  readonly raise: () => void
}

/** One rule. */
export function RuleFields({ rule, isFirst, set, remove, raise }: RuleFieldsProps): ComponentChild {
  const words = useWords()
  const kinds: readonly (readonly [MatchKind, string])[] = [
    ['text', words.asText],
    ['hex', words.asHex],
    ['regex', words.asRegex],
    ['length', words.ruleLength],
    ['any', words.ruleAny],
  ]
  const acts: readonly (readonly [Act, string])[] = [
    ['reply', words.ruleReplies],
    ['drop', words.ruleDrops],
    ['close', words.ruleCloses],
    ['reset', words.ruleResets],
    ['pass', words.rulePasses],
  ]
  return (
    <fieldset class="rule" aria-label={words.ruleNamed(rule.name)}>
      <legend>
        <label>
          <input
            type="checkbox"
            checked={rule.isOn}
            onChange={(event) => set({ ...rule, isOn: event.currentTarget.checked })}
          />{' '}
          {words.ruleOn}
        </label>
      </legend>
      <div class="rule-line">
        <TextField
          label={words.ruleName}
          value={rule.name}
          set={(name) => set({ ...rule, name })}
        />
        <button
          type="button"
          disabled={isFirst}
          onClick={raise}
          aria-label={words.ruleUp}
          title={words.ruleUp}
        >
          ↑
        </button>
        <button
          type="button"
          onClick={remove}
          aria-label={words.removeRule}
          title={words.removeRule}
        >
          ×
        </button>
      </div>
      <div class="rule-line">
        <Choice
          label={words.ruleWhen}
          value={rule.as}
          choices={kinds}
          set={(as) => set({ ...rule, as })}
        />
        {rule.as !== 'any' && (
          <TextField
            label={kinds.find(([kind]) => kind === rule.as)?.[1] ?? ''}
            title={rule.as === 'length' ? words.ruleLengthHint : undefined}
            value={rule.wanted}
            set={(wanted) => set({ ...rule, wanted })}
          />
        )}
      </div>
      <div class="rule-line">
        <Choice
          label={words.ruleThen}
          value={rule.act}
          choices={acts}
          set={(act) => set({ ...rule, act })}
        />
        <TextField
          label={words.ruleDelay}
          value={rule.delay}
          set={(delay) => set({ ...rule, delay })}
        />
      </div>
      {rule.act === 'reply' && (
        <TextField
          label={words.ruleReply}
          value={rule.reply}
          set={(reply) => set({ ...rule, reply })}
        />
      )}
    </fieldset>
  )
}

interface TextFieldProps {
  readonly label: string
  readonly title?: string | undefined
  readonly value: string
  readonly set: (value: string) => void
}

function TextField({ label, title, value, set }: TextFieldProps): ComponentChild {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        spellcheck={false}
        title={title}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  )
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly choices: readonly (readonly [Value, string])[]
  readonly set: (value: Value) => void
}

function Choice<Value extends string>(props: ChoiceProps<Value>): ComponentChild {
  const { label, value, choices, set } = props
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const [chosen] = choices[event.currentTarget.selectedIndex] ?? []
          if (chosen !== undefined) set(chosen)
        }}
      >
        {choices.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  )
}
