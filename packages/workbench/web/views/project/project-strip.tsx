import type { ComponentChild } from 'preact'
import { tame } from '../../bytes/show-text.js'
import { CodeLine } from './code-line.js'
import { useStore, useWords } from '../use-store.js'

/** The folder that is open, and what is wrong with its files. */
export function ProjectStrip(): ComponentChild {
  const { project } = useStore()
  const words = useWords()
  const { value: state } = project.state
  if (state === undefined) return null
  const { folder, problems, sessions } = state
  return (
    <section class="project" aria-label={words.project}>
      <p class="project-folder" title={tame(folder)}>
        <span>{words.project}</span> <code>{tame(lastOf(folder))}</code>
      </p>
      <div class="buttons">
        <button
          type="button"
          disabled={!sessions.some(({ isStarted }) => isStarted)}
          onClick={() => void project.startAll()}
        >
          {words.startAll}
        </button>
        <button type="button" title={words.readAgainHint} onClick={() => void project.read()}>
          {words.readAgain}
        </button>
      </div>
      <CodeLine />
      {problems.length > 0 && (
        <ul class="problems" role="alert" aria-label={words.problems}>
          {problems.map(({ file, message }) => (
            <li>
              <code>{tame(file)}</code> {tame(message)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The name of a folder, of either kind of system. */
function lastOf(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}
