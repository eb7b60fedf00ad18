import { parseRequest } from '../protocol/parse-request.js'
import type { Push, Reply } from '../protocol/replies.js'
import type { Request, RequestOf } from '../protocol/requests.js'
import { encodeRowsFrame } from '../protocol/rows-frame.js'
import type { ViewRows } from '../sheet/sheet.js'
import { WorkbenchError } from '../workbench-error.js'
import type { DeskRoom } from './desk-room.js'
import { Exports } from './exports.js'
import { Notices } from './notices.js'
import { OpenViews } from './open-views.js'
import type { PageLine } from './page-line.js'
import { Pushes } from './pushes.js'
import { describeRefusal } from './refusal.js'
import { carryOut, type Told, type Work } from './replies.js'

/** Requests of a page that may be under way at once. */
const mostUnderWay = 64
/** Of them, messages that wait for a peer which does not read: what ends that has to get through. */
const mostSending = 32
/** Milliseconds between two pushes of the sessions, the runs and the like, and of one view. */
const stateInterval = 100
const viewInterval = 33

/** Carries out what one page asks for, and tells it what changes. */
export class Desk {
  readonly #line: PageLine
  readonly #room: DeskRoom
  readonly #views: OpenViews
  readonly #pushes: Pushes
  readonly #exports = new Exports()
  readonly #notices: Notices
  /** By the numbers of the requests. */
  readonly #underWay = new Map<number, AbortController>()
  #sending = 0
  readonly #unwatch: readonly (() => void)[]
  /** Rows are read one after the other, and only when there is room for them: a page may ask faster than it reads. */
  #lastRows: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(line: PageLine, room: DeskRoom) {
    this.#line = line
    this.#room = room
    this.#views = new OpenViews(room.sheet)
    this.#pushes = new Pushes(line)
    this.#notices = new Notices(this.#pushes)
    const { sessions, runs, saved, project } = room
    this.#unwatch = [
      sessions.watch(() => this.#push('sessions', () => ({ sessions: sessions.all }))),
      runs.watch(() => this.#push('runs', () => ({ runs: runs.all }))),
      saved.watch(() => this.#push('saved', () => ({ saved: saved.state }))),
      ...(project === undefined
        ? []
        : [project.watch(() => this.#push('project', () => ({ project: project.state })))]),
    ]
    // It was said when it happened, to those pages that were there.
    const { error } = room.log.info()
    if (error !== undefined) this.notify('error', error.message)
  }

  /** What a page says. Never throws. */
  receive(text: string): void {
    if (this.#isClosed) return
    const parsed = parseRequest(text)
    if ('request' in parsed) void this.#take(parsed.request)
    else if (parsed.id === undefined) this.notify('error', parsed.message)
    else this.#refuse(parsed.id, new WorkbenchError('WORKBENCH_INVALID', parsed.message))
  }

  /** Something that a person should see. */
  notify(level: 'info' | 'warning' | 'error', text: string): void {
    this.#notices.say(level, text)
  }

  /** The page has gone: its views are closed, and what it waits for is given up. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const end of this.#unwatch) end()
    this.#pushes.close()
    this.#exports.end()
    for (const controller of this.#underWay.values()) controller.abort()
    this.#views.closeAll()
  }

  async #take(request: Request): Promise<void> {
    const { id } = request
    if (request.do === 'cancel') {
      this.#underWay.get(request.request)?.abort()
      this.#say({ id, value: null })
      return
    }
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) {
      this.#refuse(id, refusal)
      return
    }
    const controller = new AbortController()
    this.#underWay.set(id, controller)
    const sent = request.do === 'send' ? 1 : 0
    this.#sending += sent
    try {
      await this.#carryOut(request, controller.signal)
    } catch (error) {
      this.#refuse(id, error)
    } finally {
      this.#underWay.delete(id)
      this.#sending -= sent
    }
  }

  #refusalOf(request: Request): WorkbenchError | undefined {
    const { id } = request
    if (this.#underWay.has(id)) {
      return new WorkbenchError('WORKBENCH_INVALID', `request ${id} is under way already`)
    }
    if (request.do === 'send' && this.#sending >= mostSending) {
      const text = `${mostSending} messages wait for a peer that does not read: wait, or reset its connection`
      return new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    if (this.#underWay.size < mostUnderWay) return undefined
    const text = `${mostUnderWay} requests are under way, as many as there may be: wait for one`
    return new WorkbenchError('WORKBENCH_NOT_NOW', text)
  }

  async #carryOut(request: Request, signal: AbortSignal): Promise<void> {
    const { id } = request
    if (request.do === 'rows' || request.do === 'bytes') {
      const rows = this.#lastRows.then(() => this.#read(request, signal))
      this.#lastRows = rows.catch(() => undefined)
      this.#line.send(encodeRowsFrame({ id, ...(await rows) }))
      return
    }
    const value = await carryOut(request as RequestOf<Told>, this.#work(signal))
    this.#say({ id, value })
  }

  async #read(request: RequestOf<'rows' | 'bytes'>, signal: AbortSignal): Promise<ViewRows> {
    await this.#line.room()
    if (signal.aborted) throw new WorkbenchError('WORKBENCH_NOT_NOW', 'the request was given up')
    const view = this.#views.get(request.view)
    if (request.do === 'rows') return view.rows(request, signal)
    const { row, from = 0, count = 1024 * 1024, encoding } = request
    return view.bytes(row, { from, count, encoding }, signal)
  }

  #work(signal: AbortSignal): Work {
    return {
      room: this.#room,
      views: this.#views,
      exports: this.#exports,
      signal,
      follow: (view) => this.#follow(view),
      leave: (view) => this.#pushes.forget(`view:${view}`),
    }
  }

  #follow(number: number): void {
    const view = this.#views.get(number)
    const push = (): void => {
      this.#pushes.push(`view:${number}`, viewInterval, () => {
        return { push: 'view', view: number, ...view.state }
      })
    }
    view.watch(push)
    push()
  }

  #push<Kind extends 'sessions' | 'runs' | 'saved' | 'project'>(
    kind: Kind,
    make: () => Omit<Extract<Push, { readonly push: Kind }>, 'push'>,
  ): void {
    this.#pushes.push(kind, stateInterval, () => ({ push: kind, ...make() }) as unknown as Push)
  }

  #refuse(id: number, error: unknown): void {
    this.#say({ id, error: describeRefusal(error) })
  }

  #say(said: Reply | Push): void {
    if (!this.#isClosed) this.#line.send(JSON.stringify(said))
  }
}
