import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'
import { Check, TextField } from './field.js'
import type { ProgramDraft } from './program-draft.js'

interface ProgramFieldsProps {
  readonly program: ProgramDraft
  readonly change: (program: ProgramDraft) => void
}

/** A program that is run, or a process that runs already. */
export function ProgramFields({ program, change }: ProgramFieldsProps): ComponentChild {
  const words = useWords()
  const set = (part: Partial<ProgramDraft>): void => change({ ...program, ...part })
  return (
    <div class="fields">
      {program.kind === 'program' ? (
        <>
          <TextField
            label={words.programCommand}
            value={program.command}
            hint="node app.js"
            set={(command) => set({ command })}
            isFirst
            isWide
          />
          <TextField
            label={words.programFolder}
            value={program.folder}
            hint={words.optional}
            set={(folder) => set({ folder })}
          />
        </>
      ) : (
        <TextField
          label={words.processNumber}
          value={program.pid}
          hint="4711"
          set={(pid) => set({ pid, isSure: false })}
          isFirst
        />
      )}
      <TextField
        label={words.name}
        value={program.name}
        hint={words.optional}
        set={(name) => set({ name })}
      />
      <Check label={words.programHttp2} isOn={program.http2} set={(http2) => set({ http2 })} />
      {program.kind === 'program' ? (
        <p class="more wide">{words.programRuns}</p>
      ) : (
        <>
          <p class="more wide">{words.processWarning}</p>
          <Check
            label={words.processSure}
            isOn={program.isSure}
            set={(isSure) => set({ isSure })}
          />
        </>
      )}
    </div>
  )
}
