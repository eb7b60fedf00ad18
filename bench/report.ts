import type { Candidate } from './candidates.js'
import type { ScenarioRun } from './rounds.js'
import type { Column, Figure } from './scenario.js'
import { summarise, type Summary } from './statistics.js'
import type { Peer } from './toolchain.js'

/** A figure with what was measured for it. */
export interface FigureResult {
  readonly title: string
  readonly atMost: number
  readonly unit: string
  /** The runtime beside Node.js that it is about. */
  readonly needs?: Peer
  /** Undefined when it could not be measured on this machine. */
  readonly measured: Summary | undefined
  readonly reached: boolean | undefined
}

/** What one scenario showed, as it goes into the JSON file. */
export interface ScenarioResult {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly rounds: number
  readonly candidates: readonly {
    readonly id: string
    readonly title: string
    readonly measured: Readonly<Record<string, Summary>>
  }[]
  readonly missing: readonly { readonly title: string; readonly reason: string }[]
  readonly figures: readonly FigureResult[]
}

/** A table that would be wider than this shows medians alone. */
const widest = 100

/** Take the medians and the spread of a scenario's rounds. */
export function evaluate({ scenario, rounds, missing }: ScenarioRun): ScenarioResult {
  const absent = new Set(missing.map(({ candidate }) => candidate.id))
  return {
    id: scenario.id,
    title: scenario.title,
    description: scenario.description,
    rounds: rounds.length,
    candidates: scenario.candidates
      .filter(({ id }) => !absent.has(id))
      .map((candidate) => {
        const measured = scenario.columns.map(({ key }) => [key, valuesOf(candidate, key)] as const)
        return {
          id: candidate.id,
          title: candidate.title,
          measured: Object.fromEntries(
            measured.flatMap(([key, values]) =>
              values.length === 0 ? [] : [[key, summarise(values)]],
            ),
          ),
        }
      }),
    missing: missing.map(({ candidate, reason }) => ({ title: candidate.title, reason })),
    figures: scenario.figures.map((figure) => judge(figure)),
  }

  function valuesOf({ id }: Candidate, key: string): number[] {
    return rounds.map((round) => round.get(id)?.[key]).filter((each) => each !== undefined)
  }

  function judge({ title, atMost, unit, needs, value }: Figure): FigureResult {
    const values = rounds.map((round) => value(round)).filter((each) => each !== undefined)
    const measured = values.length === 0 ? undefined : summarise(values)
    const reached = measured === undefined ? undefined : measured.median <= atMost
    return { title, atMost, unit, ...(needs === undefined ? {} : { needs }), measured, reached }
  }
}

/** A scenario's measurements as a Markdown section. */
export function renderScenario(result: ScenarioResult, columns: readonly Column[]): string {
  const full = renderServers(result, columns)
  const fits = (full[0]?.length ?? 0) <= widest
  const table = fits
    ? full
    : renderServers(
        result,
        columns.map((column) => ({ ...column, spread: false })),
      )
  const what = `${result.rounds} round${result.rounds === 1 ? '' : 's'}${fits ? ' (smallest … largest)' : ''}`
  const lines = [
    `### ${result.title}`,
    '',
    `${result.description}. Medians of ${what}.`,
    '',
    ...table,
  ]
  for (const { title, reason } of result.missing)
    lines.push('', `Not measured: ${title} (${reason}).`)
  return lines.join('\n')
}

function renderServers(result: ScenarioResult, columns: readonly Column[]): string[] {
  const rows = result.candidates.map(({ title, measured }) => [
    title,
    ...columns.map((column) => renderCell(measured[column.key], column)),
  ])
  return renderTable(['server', ...columns.map(({ title }) => title)], rows)
}

/** The figures of all scenarios as one Markdown table. */
export function renderFigures(results: readonly ScenarioResult[]): string {
  const rows = results.flatMap(({ figures }) =>
    figures.map(({ title, atMost, unit, measured, reached }) => [
      title,
      `≤ ${format(atMost, digitsFor(atMost))} ${unit}`,
      measured === undefined ? 'not measured' : renderMeasured(measured, digitsFor(atMost)),
      reached === undefined ? '–' : reached ? 'reached' : '**missed**',
    ]),
  )
  return ['### Figures', '', ...renderTable(['figure', 'to reach', 'measured', ''], rows)].join(
    '\n',
  )
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) =>
    Math.max(3, title.length, ...rows.map((row) => (row[i] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => pad(cell, widths[i] ?? 0, i)).join(' | ')} |`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map((row) => line(row))]
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function renderCell(summary: Summary | undefined, { digits, spread }: Column): string {
  if (summary === undefined) return '–'
  return spread === true ? renderMeasured(summary, digits) : format(summary.median, digits)
}

function renderMeasured({ median, smallest, largest }: Summary, digits: number): string {
  const [middle, low, high] = [median, smallest, largest].map((each) => format(each, digits))
  return `${middle} (${low} … ${high})`
}

function digitsFor(atMost: number): number {
  return atMost < 0.1 ? 3 : atMost < 10 ? 2 : 1
}

function format(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}
