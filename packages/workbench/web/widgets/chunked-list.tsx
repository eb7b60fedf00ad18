import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface ChunkedListProps {
  readonly count: number
  /** How many are drawn together. */
  readonly perChunk: number
  /** Pixels that one is thought to take until some were drawn. */
  readonly estimate: number
  readonly item: (index: number) => ComponentChild
}

/** So far out of sight they are drawn already. */
const ahead = '400px'

/**
 * A list of items of any height inside of what scrolls around it: only those near to what is in sight exist. The
 * others are empty chunks of the height that they had, or may have.
 */
export function ChunkedList({ count, perChunk, estimate, item }: ChunkedListProps): ComponentChild {
  const box = useRef<HTMLDivElement>(null)
  const near = useSignal<ReadonlySet<number>>(new Set([0]))
  const heights = useRef(new Map<number, number>())
  const chunks = Math.ceil(count / perChunk)

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const seen = (entries: readonly IntersectionObserverEntry[]): void => {
      const next = new Set(near.peek())
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        const chunk = Number((target as HTMLElement).dataset['chunk'])
        if (isIntersecting) next.add(chunk)
        // What one types in or has focused stays.
        else if (next.has(chunk) && !target.contains(document.activeElement)) {
          heights.current.set(chunk, boundingClientRect.height)
          next.delete(chunk)
        }
      }
      near.value = next
    }
    const observer = new IntersectionObserver(seen, {
      root: scrollerOf(element),
      rootMargin: `${ahead} 0px`,
    })
    for (const chunk of element.children) observer.observe(chunk)
    return () => observer.disconnect()
  }, [chunks])

  const known = [...heights.current].find(([chunk]) => chunk < chunks - 1)
  const each = known === undefined ? estimate : known[1] / perChunk
  return (
    <div ref={box}>
      {Array.from({ length: chunks }, (_, chunk) => {
        const begin = chunk * perChunk
        const size = Math.min(perChunk, count - begin)
        if (near.value.has(chunk)) {
          return (
            <div key={chunk} data-chunk={chunk}>
              {Array.from({ length: size }, (__, index) => item(begin + index))}
            </div>
          )
        }
        const isWhole = size === perChunk
        const height = (isWhole ? heights.current.get(chunk) : undefined) ?? size * each
        return <div key={chunk} data-chunk={chunk} style={{ height: `${height}px` }} />
      })}
    </div>
  )
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let each = element.parentElement; each !== null; each = each.parentElement) {
    const { overflowY } = getComputedStyle(each)
    if (overflowY === 'auto' || overflowY === 'scroll') return each
  }
  return null
}
