import { closeSync, open, openSync } from 'node:fs'

const held: number[] = []

/** Open files until no more can be, then close `leave` again; how many are held. */
export function openFiles({ leave }: { leave: number }): number {
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch {
    for (const fd of held.splice(Math.max(0, held.length - leave))) closeSync(fd)
  }
  return held.length
}

/**
 * Take whatever becomes free, from other threads, as a busy program does. Between two turns of the
 * event loop they get hold even of the descriptor that libuv keeps back for shedding connections.
 */
export function grabFiles({ milliseconds }: { milliseconds: number }): void {
  const end = performance.now() + milliseconds
  const grab = (): void => {
    open('/dev/null', 'r', (error, fd) => {
      if (error === null) held.push(fd)
      if (performance.now() < end) grab()
    })
  }
  for (let i = 0; i < 4; i += 1) grab()
}

/** Close them all. */
export function closeFiles(): void {
  for (const fd of held.splice(0)) closeSync(fd)
}
