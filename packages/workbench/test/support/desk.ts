import { join } from 'node:path'
import { createLog, type LogOptions, type LogRow, type SessionLog } from 'hawser/log'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Desk } from '../../src/desk/desk.js'
import type { DeskRoom } from '../../src/desk/desk-room.js'
import type { PageLine } from '../../src/desk/page-line.js'
import type { Project } from '../../src/project/project.js'
import type { RenderedForm } from '../../src/protocol/export-form.js'
import type { Push, Reply } from '../../src/protocol/replies.js'
import type { Request } from '../../src/protocol/requests.js'
import { decodeRowsFrame, type RowsFrame } from '../../src/protocol/rows-frame.js'
import type { SessionState } from '../../src/protocol/session-state.js'
import { SavedItems } from '../../src/saved/saved-items.js'
import { Runs } from '../../src/sequences/runs.js'
import type { RunTarget } from '../../src/sequences/run-target.js'
import type { Sessions } from '../../src/sessions/sessions.js'
import { createSheet } from '../../src/sheet/create-sheet.js'
import type { Sheet } from '../../src/sheet/sheet.js'
import type { Tools } from '../../src/tools.js'
import { plainTools } from './tools.js'

type Unnumbered<R> = R extends Request ? Omit<R, 'id'> : never

/** A page without a browser: it says requests, and keeps what it gets. */
export class FakePage implements PageLine {
  isFull = false
  readonly got: (Reply | Push)[] = []
  readonly frames: RowsFrame[] = []
  #makeRoom: (() => void)[] = []
  #heard: (() => void)[] = []

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.got.push(JSON.parse(data) as Reply | Push)
    else this.frames.push(decodeRowsFrame(data))
    for (const heard of this.#heard.splice(0)) heard()
  }

  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve()
    return new Promise((resolve) => this.#makeRoom.push(resolve))
  }

  makeRoom(): void {
    this.isFull = false
    for (const resolve of this.#makeRoom.splice(0)) resolve()
  }

  /** Fulfils with the first thing that fits, which may have come already. */
  async next<Value>(find: () => Value | undefined): Promise<Value> {
    for (;;) {
      const value = find()
      if (value !== undefined) return value
      await new Promise<void>((resolve) => this.#heard.push(resolve))
    }
  }

  /** The reply to a request. */
  reply(id: number): Promise<Reply | RowsFrame> {
    return this.next<Reply | RowsFrame>(
      () =>
        this.got.find((said): said is Reply => 'id' in said && said.id === id) ??
        this.frames.find((frame) => frame.id === id),
    )
  }

  pushes<Kind extends Push['push']>(kind: Kind): Extract<Push, { readonly push: Kind }>[] {
    return this.got.filter(
      (said): said is Extract<Push, { readonly push: Kind }> =>
        'push' in said && said.push === kind,
    )
  }
}

/** Sessions that do nothing; a test replaces what it is about. */
export class FakeSessions implements Sessions {
  readonly listeners = new Set<() => void>()
  all: readonly SessionState[] = []
  watch(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  changed(): void {
    for (const listener of this.listeners) listener()
  }
  start = (): Promise<number> => Promise.resolve(1)
  add = (): number => 1
  define: Sessions['define'] = () => undefined
  stop = (): Promise<void> => Promise.resolve()
  restart = (): Promise<void> => Promise.resolve()
  remove = (): Promise<void> => Promise.resolve()
  copy = (session: number, as: string): string => `${as} of ${session}`
  send: Sessions['send'] = (_, bytes) => Promise.resolve(bytes.length)
  act: Sessions['act'] = () => undefined
  limit: Sessions['limit'] = () => undefined
  setFaults: Sessions['setFaults'] = () => undefined
  setResponders: Sessions['setResponders'] = () => undefined
  setScript: Sessions['setScript'] = () => Promise.resolve()
  connections: Sessions['connections'] = () => ({ all: 0, connections: [] })
  fileOf: Sessions['fileOf'] = () => 'none.hawser'
  close = (): Promise<void> => Promise.resolve()
}

/** Connections that take and say nothing; a test replaces what it is about. */
export const deafTarget: RunTarget = {
  isRaw: true,
  connections: () => [],
  isOpen: () => true,
  send: () => Promise.resolve(1),
  hear: () => () => undefined,
}

/** A log and desks that look at it; all is gone when the test ends. */
export class DeskTest {
  readonly sessions = new FakeSessions()
  readonly log: SessionLog
  readonly file: string
  saved = new SavedItems({ messages: [], sequences: [] }, { write: () => Promise.resolve() })
  readonly runs: Runs
  /** What the command lends, as far as tests need it. */
  readonly tools: { -readonly [Name in keyof Tools]: Tools[Name] } = {
    ...plainTools,
    version: '1.2.3',
    exportRows: (form: RenderedForm, rows: AsyncIterable<LogRow>) =>
      plainTools.exportRows(form, rows),
    parseLine: (line: string) => {
      throw new Error(`${line} is no command: write hawser serve 8000`)
    },
  }
  sheet: Sheet = createSheet()
  project: Project | undefined
  #lastId = 0

  private constructor(log: SessionLog, file: string) {
    this.log = log
    this.file = file
    this.runs = new Runs({
      targetOf: () => deafTarget,
      watch: (listener) => this.sessions.watch(listener),
      log,
    })
    onTestFinished(async () => {
      await this.runs.close()
      await this.sheet.close()
      await log.close()
    })
  }

  static async create(options: LogOptions = {}): Promise<DeskTest> {
    const file = join(createFolder(), 'session.hawser')
    return new DeskTest(await createLog(file, options), file)
  }

  /** @param own instead of what the test has */
  open(own: Partial<DeskRoom> = {}): { page: FakePage; desk: Desk } {
    const page = new FakePage()
    const { tools, sessions, runs, saved, sheet, log, file, project } = this
    const room = { tools, sessions, runs, saved, sheet, log, file, project }
    const desk = new Desk(page, { ...room, ...own })
    onTestFinished(() => desk.close())
    return { page, desk }
  }

  /** Say a request. @returns its number */
  say(desk: Desk, request: Unnumbered<Request>): number {
    const id = (this.#lastId += 1)
    desk.receive(JSON.stringify({ id, ...request }))
    return id
  }

  /** Say a request, and wait for its reply. */
  async ask({ page, desk }: { page: FakePage; desk: Desk }, request: Unnumbered<Request>) {
    return page.reply(this.say(desk, request))
  }
}
