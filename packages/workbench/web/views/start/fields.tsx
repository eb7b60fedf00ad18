import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'
import type { Draft } from './draft.js'
import { Check, NumberField, TextField } from './field.js'
import { FramingField } from './framing-field.js'

interface FieldsProps {
  readonly draft: Draft
  readonly change: (part: Partial<Draft>) => void
}

export function ServerFields({ draft, change }: FieldsProps): ComponentChild {
  const words = useWords()
  return (
    <div class="fields">
      <TextField
        label={words.listenOn}
        value={draft.listen}
        set={(listen) => change({ listen })}
        isFirst
      />
      <TextField label={words.name} value={draft.name} set={(name) => change({ name })} />
      <FramingField value={draft.framing} set={(framing) => change({ framing })} />
      <label class="field">
        <span>{words.respond}</span>
        <select
          value={draft.respond}
          onChange={(event) => change({ respond: event.currentTarget.value as Draft['respond'] })}
        >
          <option value="none">{words.respondNone}</option>
          <option value="echo">{words.respondEcho}</option>
          <option value="chat">{words.respondChat}</option>
        </select>
      </label>
      <TextField
        label={words.greeting}
        value={draft.greeting}
        hint={words.optional}
        set={(greeting) => change({ greeting })}
      />
      <NumberField
        label={words.maxConnections}
        value={draft.maxConnections}
        hint={words.optional}
        set={(maxConnections) => change({ maxConnections })}
      />
      <Check label={words.tls} isOn={draft.tls} set={(tls) => change({ tls })}>
        {words.tlsServer}
      </Check>
    </div>
  )
}

export function ClientFields({ draft, change }: FieldsProps): ComponentChild {
  const words = useWords()
  return (
    <div class="fields">
      <TextField
        label={words.connectTo}
        value={draft.connect}
        set={(connect) => change({ connect })}
        isFirst
      />
      <TextField label={words.name} value={draft.name} set={(name) => change({ name })} />
      <FramingField value={draft.framing} set={(framing) => change({ framing })} />
      <NumberField
        label={words.connectionsWanted}
        value={draft.connections}
        hint="1"
        set={(connections) => change({ connections })}
      />
      <Check
        label={words.reconnect}
        isOn={draft.reconnect}
        set={(reconnect) => change({ reconnect })}
      />
      <Check label={words.tls} isOn={draft.tls} set={(tls) => change({ tls })} />
      {draft.tls && (
        <Check
          label={words.tlsInsecure}
          isOn={draft.insecure}
          set={(insecure) => change({ insecure })}
        />
      )}
    </div>
  )
}

export function ProxyFields({ draft, change }: FieldsProps): ComponentChild {
  const words = useWords()
  return (
    <div class="fields">
      <TextField
        label={words.listenOn}
        value={draft.listen}
        set={(listen) => change({ listen })}
        isFirst
      />
      <TextField label={words.target} value={draft.target} set={(target) => change({ target })} />
      <TextField label={words.name} value={draft.name} set={(name) => change({ name })} />
      <FramingField value={draft.framing} set={(framing) => change({ framing })} />
      <label class="field wide">
        <span>{words.faults}</span>
        <textarea
          rows={2}
          spellcheck={false}
          placeholder={words.faultsHint}
          value={draft.faults}
          onInput={(event) => change({ faults: event.currentTarget.value })}
        />
      </label>
      <Check label={words.tlsIn} isOn={draft.tls} set={(tls) => change({ tls })} />
      <Check label={words.tlsOut} isOn={draft.tlsOut} set={(tlsOut) => change({ tlsOut })} />
    </div>
  )
}
