import type { ComponentChild, ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'

interface TabListProps<Name extends string> {
  /** What one chooses by them. */
  readonly label: string
  readonly tabs: readonly Name[]
  readonly nameOf: (tab: Name) => string
  readonly chosen: Name
  /** Why a tab cannot be chosen, "" without a reason; undefined when it can. Default: each can. */
  readonly whyDisabled?: (tab: Name) => string | undefined
  readonly onChoose: (tab: Name) => void
  /** What stands behind the tabs. */
  readonly children?: ComponentChildren
}

/** Tabs, of which the Tab key knows the chosen one; the arrow keys go to the others (WAI-ARIA, Tabs Pattern). */
export function TabList<Name extends string>(props: TabListProps<Name>): ComponentChild {
  const { label, tabs, nameOf, chosen, whyDisabled, onChoose, children } = props
  const box = useRef<HTMLDivElement>(null)
  const key = (event: KeyboardEvent): void => {
    const open = tabs.filter((tab) => whyDisabled?.(tab) === undefined)
    const here = open.indexOf(chosen)
    const last = open.length - 1
    const to = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    }[event.key]
    const next = to === undefined ? undefined : open[to]
    if (next === undefined) return
    event.preventDefault()
    onChoose(next)
    box.current?.querySelectorAll<HTMLElement>('[role=tab]')[tabs.indexOf(next)]?.focus()
  }
  return (
    <div ref={box} class="tabs" role="tablist" aria-label={label} onKeyDown={key}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          aria-selected={tab === chosen}
          tabIndex={tab === chosen ? 0 : -1}
          disabled={whyDisabled?.(tab) !== undefined}
          title={whyDisabled?.(tab)}
          onClick={() => onChoose(tab)}
        >
          {nameOf(tab)}
        </button>
      ))}
      {children}
    </div>
  )
}
