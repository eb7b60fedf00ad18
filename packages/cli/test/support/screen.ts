import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { hawser } from './command.js'

const run = promisify(execFile)
/** Only a program that never shows it should fail. */
const patience = 30_000

/** The command in a terminal that lays out its rows as real ones do: a pane of tmux. */
export class Screen {
  readonly #tmux: string
  readonly #socket: string

  private constructor(tmux: string) {
    this.#tmux = tmux
    this.#socket = join(createFolder(), 'tmux')
  }

  /**
   * @param tmux where the program is
   * @param words of the command line
   * @param environment added to that of the tests
   */
  static async start(
    tmux: string,
    words: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Screen> {
    const screen = new Screen(tmux)
    const variables = Object.entries({ NO_COLOR: '1', LC_ALL: 'C.UTF-8', ...environment })
    const env = variables.map(([name, value]) => `${name}=${value}`)
    const program = ['env', '-u', 'FORCE_COLOR', ...env, process.execPath, hawser, ...words]
    const pane = ['new-session', '-d', '-x', '80', '-y', '24', ...program]
    await screen.#ask(['set-option', '-g', 'remain-on-exit', 'on', ';', ...pane])
    onTestFinished(() => screen.#ask(['kill-server']).then(() => {}))
    return screen
  }

  /** Every row that was ever shown, without the empty ones at the end. */
  async rows(): Promise<string[]> {
    const text = await this.#ask(['capture-pane', '-p', '-S', '-'])
    return text.trimEnd().split('\n')
  }

  /** Wait until the rows, with line feeds between them, hold this. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    let text = ''
    await expect
      .poll(async () => (text = (await this.rows()).join('\n')), { timeout: patience })
      .toMatch(pattern)
    return pattern.exec(text)!
  }

  /** Type text, or let it be pasted. */
  async type(text: string): Promise<void> {
    await this.#ask(['send-keys', '-l', '--', text])
  }

  /** Press a key by the name that tmux has for it: `Enter`, `C-c`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#ask(['send-keys', ...keys])
  }

  /** Make the terminal wider or narrower, and wait until it is: tmux tells the program later. */
  async resize(columns: number): Promise<void> {
    await this.#ask(['resize-window', '-x', String(columns), '-y', '24'])
    const terminal = (await this.#ask(['display-message', '-p', '#{pane_tty}'])).trim()
    const size = async (): Promise<string> => (await run('stty', ['-F', terminal, 'size'])).stdout
    await expect.poll(size, { timeout: patience }).toBe(`24 ${columns}\n`)
  }

  /** The port the server says it listens on. */
  async port(): Promise<number> {
    const [, port] = await this.shows(/listening on \w+:\/\/\S*:(\d+)/)
    return Number(port)
  }

  /** The exit code, once it has ended. On a busy machine tmux overlooks that at times, until it is told. */
  async exitCode(): Promise<number> {
    let status = ''
    const look = async (): Promise<string> => {
      const state = ['display-message', '-p', '#{pane_dead},#{pane_dead_status},#{pid}']
      const [dead, code = '', server] = (await this.#ask(state)).trim().split(',')
      if (dead === '1' && code === '') process.kill(Number(server), 'SIGCHLD')
      return (status = code)
    }
    await expect.poll(look, { timeout: patience }).toMatch(/^\d+$/)
    return Number(status)
  }

  async #ask(words: readonly string[]): Promise<string> {
    const { stdout } = await run(this.#tmux, ['-S', this.#socket, '-f', '/dev/null', ...words])
    return stdout
  }
}
