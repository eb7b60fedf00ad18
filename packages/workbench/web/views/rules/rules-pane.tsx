import { signal, useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useStore, useWords } from '../use-store.js'
import { fromResponder, newRule, type RuleDraft, toResponder } from './rule-draft.js'
import { RuleFields } from './rule-fields.js'
import { ScriptField } from './script-field.js'

/** What is typed and not applied yet, by session: it stays while one looks at something else. */
const typed = signal<ReadonlyMap<number, readonly RuleDraft[]>>(new Map())

/** The rules of the session that is shown; what is typed for one is not that of another. */
export function RulesPane(): ComponentChild {
  const session = useStore().session.value
  return session === undefined ? null : <Rules key={session.id} />
}

function Rules(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const refusal = useSignal('')
  const session = store.session.value
  if (session === undefined) return null
  const { id, definition } = session
  if (definition.kind !== 'server' && definition.kind !== 'client') return null
  const rules = typed.value.get(id) ?? (definition.responders ?? []).map(fromResponder)
  const set = (next: readonly RuleDraft[]): void => {
    typed.value = new Map([...typed.value, [id, next]])
    refusal.value = ''
  }
  const apply = async (): Promise<void> => {
    const sent = rules
    const isDone = await store.acts.setResponders(id, sent.map(toResponder), (why) => {
      refusal.value = why
    })
    // What was typed meanwhile stays.
    if (!isDone || typed.value.get(id) !== sent) return
    typed.value = new Map([...typed.value].filter(([each]) => each !== id))
  }
  return (
    <form
      class="rules"
      onSubmit={(event) => {
        event.preventDefault()
        void apply()
      }}
    >
      <ScriptField session={id} definition={definition} />
      <p class="hint">{words.rulesHint}</p>
      {rules.map((rule, index) => (
        <RuleFields
          key={index}
          rule={rule}
          isFirst={index === 0}
          set={(changed) => set(rules.with(index, changed))}
          remove={() => set(rules.toSpliced(index, 1))}
          raise={() => set(rules.toSpliced(index, 1).toSpliced(index - 1, 0, rule))}
        />
      ))}
      <p class="missing" role="alert">
        {refusal.value}
      </p>
      <div class="rule-line">
        <button type="button" onClick={() => set([...rules, newRule(String(rules.length + 1))])}>
          {words.addRule}
        </button>
        <span class="grow" />
        <button type="submit" class="main" disabled={!typed.value.has(id)}>
          {words.applyRules}
        </button>
      </div>
    </form>
  )
}
