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

/** Whether somebody sits at a terminal that can edit a line. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb'
}

/** Columns of the terminal behind stdout; Infinity where that is no terminal. */
export function outputWidth(): number {
  const { stdout } = process
  // Some say 0, such as that of a program that was given none.
  return stdout.isTTY ? stdout.columns || usualWidth : Infinity
}
