import type { ComponentChild } from 'preact'
import { useStore, useWords } from '../use-store.js'

/** Keeps a session in the folder; what is kept already shows its file. */
export function SaveButton({ session }: { readonly session: number }): ComponentChild {
  const { project, notices } = useStore()
  const words = useWords()
  if (project.state.value === undefined) return null
  const kept = project.fileOf(session)
  const save = async (): Promise<void> => {
    const file = await project.save(session)
    if (file !== undefined) notices.say('info', words.savedTo(file))
  }
  return (
    <button
      type="button"
      disabled={kept !== undefined && !kept.isChanged}
      title={kept?.file}
      onClick={() => void save()}
    >
      {kept === undefined || kept.isChanged ? words.saveToProject : words.isSaved}
    </button>
  )
}
