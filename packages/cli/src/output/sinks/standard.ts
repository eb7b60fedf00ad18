import { fstatSync } from 'node:fs'
import { StreamSink } from './stream-sink.js'
import { openTerminal, TerminalSink } from './terminal-sink.js'
import type { OnSinkError, Sink } from './sink.js'

const usualWidth = 80

/** The sink for this process's stdout. */
export function openStandardOutput(onError: OnSinkError): Sink {
  const terminal = process.stdout.isTTY ? openTerminal() : undefined
  if (terminal === undefined) return new StreamSink(process.stdout, onError)
  return new TerminalSink(terminal, onError)
}

/**
 * The sink for this process's stderr, where a program that was started writes as well: its descriptor stays as it is.
 * A terminal and a pipe are opened a second time, since writing without waiting is a property of what was opened. A
 * file is not: two of them would write over each other.
 */
export function openStandardError(onError: OnSinkError): Sink {
  const stats = fstatSync(2)
  const isOpenable = stats.isFIFO() || process.stderr.isTTY
  const again = isOpenable ? openTerminal('/dev/stderr') : undefined
  if (again === undefined) return new StreamSink(process.stderr, onError)
  return new TerminalSink(again, onError)
}

/** Whether somebody sits at a terminal that can edit a line. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb'
}

/** Columns of the terminal behind stdout; Infinity where that is no terminal. */
export function outputWidth(): number {
  return widthOf(process.stdout)
}

/** The same for stderr. */
export function errorWidth(): number {
  return widthOf(process.stderr)
}

function widthOf({ isTTY, columns }: NodeJS.WriteStream): number {
  // Some say 0, such as that of a program that was given none.
  return isTTY ? columns || usualWidth : Infinity
}
