import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { clamp, ScrollMap } from './scroll-map.js'

/** Where a list goes to. */
export interface ListJump {
  readonly place: number
  readonly turn: number
}

export interface VirtualListProps {
  readonly count: number
  readonly rowHeight: number
  readonly label: string
  /** Draws the row at a place. */
  readonly row: (place: number) => ComponentChild
  /** Whether the newest row stays in sight. */
  readonly isFollowing: boolean
  /** A person has scrolled: whether the newest row is in sight now. */
  readonly onScrolled: (isAtEnd: boolean) => void
  readonly jump: ListJump
  /** The place of the row that the keyboard is at. */
  readonly current: number | undefined
  readonly onMove: (place: number) => void
  /** The `id` of the element of a row. */
  readonly idOf: (place: number) => string
  /** The place of the first row that is shown, for those who want to know. */
  readonly first?: Signal<number>
}

/** A list of rows of one height, of which only those in sight exist. Any number of them. */
export function VirtualList(props: VirtualListProps): ComponentChild {
  const { count, rowHeight, label, row, isFollowing, onScrolled, jump, current, onMove } = props
  const box = useRef<HTMLDivElement>(null)
  const viewport = useSignal(0)
  const top = useSignal(0)
  const map = new ScrollMap(count, rowHeight, viewport.value)
  const shownTop = isFollowing ? map.lastTop : clamp(top.value, 0, map.lastTop)
  const begin = Math.floor(shownTop)
  const end = Math.min(count, begin + map.visible)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => {
      viewport.value = element.clientHeight
    })
    observer.observe(element)
    viewport.value = element.clientHeight
    return () => observer.disconnect()
  }, [])

  useLayoutEffect(() => {
    if (jump.turn === 0) return
    const room = viewport.value / rowHeight
    const isInSight = jump.place >= shownTop && jump.place <= shownTop + room - 1
    if (!isInSight) top.value = clamp(jump.place - room / 3, 0, map.lastTop)
  }, [jump.turn])

  // Where one is when it stops following.
  useLayoutEffect(() => {
    if (isFollowing) top.value = shownTop
  })

  // The scroll bar follows what is shown; what it says of that is not taken for a person's doing.
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const wanted = Math.round(map.scrolledAt(shownTop))
    if (Math.abs(element.scrollTop - wanted) > 1) element.scrollTop = wanted
    if (props.first !== undefined) props.first.value = begin
  })

  const scrollTo = (wanted: number): void => {
    top.value = clamp(wanted, 0, map.lastTop)
    onScrolled(top.value >= map.lastTop - 0.5)
  }
  const scrolled = (): void => {
    const element = box.current
    if (element === null) return
    if (Math.abs(element.scrollTop - map.scrolledAt(shownTop)) <= 1.5) return
    scrollTo(map.topAt(element.scrollTop))
  }
  // Where a pixel of the scroll bar is many rows, the wheel moves by rows all the same.
  const wheel = (event: WheelEvent): void => {
    if (event.ctrlKey || event.deltaY === 0) return
    event.preventDefault()
    const pixels = event.deltaMode === 1 ? event.deltaY * rowHeight : event.deltaY
    scrollTo(shownTop + pixels / rowHeight)
  }
  const key = (event: KeyboardEvent): void => {
    const place = moveBy(event.key, current ?? begin, Math.floor(viewport.value / rowHeight), count)
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const room = viewport.value / rowHeight
    if (place < shownTop) top.value = place
    else if (place > shownTop + room - 1) top.value = clamp(place - room + 1, 0, map.lastTop)
    else top.value = shownTop
    onMove(place)
    // A row that one has stepped to stays where it is; the end is where the newest appears.
    onScrolled(event.key === 'End')
  }

  const isDrawn = current !== undefined && current >= begin && current < end
  const rows: ComponentChild[] = []
  for (let place = begin; place < end; place++) rows.push(row(place))
  return (
    <div
      ref={box}
      class="list"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={count}
      aria-activedescendant={isDrawn ? props.idOf(current) : undefined}
      onScroll={scrolled}
      onWheel={wheel}
      onKeyDown={key}
    >
      <div class="list-canvas" style={{ height: `${map.canvas}px` }}>
        <div class="list-window" style={{ height: `${Math.min(viewport.value, map.canvas)}px` }}>
          <div style={{ transform: `translateY(${-(shownTop - begin) * rowHeight}px)` }}>
            {rows}
          </div>
        </div>
      </div>
    </div>
  )
}

function moveBy(key: string, from: number, page: number, count: number): number | undefined {
  const to = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  }[key]
  return to === undefined || count === 0 ? undefined : clamp(to, 0, count - 1)
}
