import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'

/** Milliseconds that each message of any page takes, each way, and how many times slower its processor is. */
const everywhere = {
  delay: numberOf('HAWSER_TEST_LINK_DELAY', 0),
  slowness: numberOf('HAWSER_TEST_CPU_SLOWNESS', 1),
}

/** The way between a page and its workbench: what is said on it takes as long as is asked for, and stays in order. */
export class SlowLink {
  readonly #delay: number
  #last: Promise<unknown> = Promise.resolve()
  #isOpen = Promise.resolve()
  #open = (): void => undefined

  private constructor(delay: number) {
    this.#delay = delay
  }

  /** Before the page is loaded. */
  static async of(page: Page, delay: number = everywhere.delay): Promise<SlowLink> {
    const link = new SlowLink(delay)
    await page.routeWebSocket('**/socket', (near) => {
      const far = near.connectToServer()
      near.onMessage((said) => link.#pass(() => far.send(said)))
      far.onMessage((said) => link.#pass(() => near.send(said)))
    })
    return link
  }

  /** From now on, what is said on it gets nowhere. */
  hold(): void {
    this.#isOpen = new Promise((resolve) => (this.#open = resolve))
  }

  /** All that was held gets there, and what is said from now on. */
  release(): void {
    this.#open()
  }

  #pass(send: () => void): void {
    const delayed = wait(this.#delay, undefined, { ref: false })
    this.#last = Promise.all([this.#last, delayed, this.#isOpen]).then(send)
  }
}

/** As slow as the environment wants it, for all tests in the browser. */
export async function slowDown(page: Page): Promise<void> {
  if (everywhere.delay > 0) await SlowLink.of(page)
  if (everywhere.slowness === 1) return
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: everywhere.slowness })
}

function numberOf(name: string, otherwise: number): number {
  const value = process.env[name] ?? ''
  const number = value === '' ? otherwise : Number(value)
  if (number >= otherwise) return number
  throw new Error(`${name} is ${value}: it has to be a number, ${otherwise} or more`)
}
