import type { HawserError } from 'hawser'
import { notifySystemd } from 'hawser/systemd'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runNode } from '../../../../test/support/programs.js'
import { loopback, make } from '../server/support/serving.js'

describe('systemd that cannot be told', () => {
  async function complaint(env: Record<string, string | undefined>): Promise<HawserError[]> {
    const errors: HawserError[] = []
    await notifySystemd(undefined, { env, onError: (error) => errors.push(error) }).ready()
    return errors
  }

  it('is an error that says what is missing: the program', async () => {
    const env = { PATH: createFolder(), NOTIFY_SOCKET: '/nowhere' }
    expect(await complaint(env)).toEqual([
      expect.objectContaining({
        name: 'NotifyError',
        code: 'HAWSER_NOTIFY_FAILED',
        message:
          'systemd could not be told READY=1: the program systemd-notify is not in PATH: install systemd, or unset NOTIFY_SOCKET',
      }),
    ])
  })

  it('is a warning when nobody wants to know, and ends nothing', async () => {
    const script = `
      import { createServer } from 'hawser'
      import { notifySystemd } from 'hawser/systemd'
      const server = createServer()
      notifySystemd(server, { env: { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere' } })
      await server.listen('127.0.0.1:0')
      await server.close()
      console.log('closed')
    `
    const ended = await runNode(['--input-type=module', '-e', script])
    expect(ended).toMatchObject({ code: 0, stdout: 'closed\n' })
  })
})

describe('a service that systemd did not start', () => {
  it('says nothing, and starts no process', async () => {
    const errors: HawserError[] = []
    const env = { PATH: '/nowhere', WATCHDOG_USEC: '1000000' }
    const server = make()
    const notifier = notifySystemd(server, { env, onError: (error) => errors.push(error) })
    expect(notifier).toMatchObject({ active: false, watchdog: Infinity })
    await server.listen(loopback)
    await Promise.all([notifier.ready(), notifier.status('x'), notifier.stopping()])
    await server.close()
    expect(errors).toEqual([])
  })

  it.each([
    ['is for another process', { WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' }],
    ['is none', { WATCHDOG_USEC: 'soon' }],
    ['is zero', { WATCHDOG_USEC: '0' }],
  ])('is watched by no watchdog whose time %s', (_situation, variables) => {
    const env = { NOTIFY_SOCKET: '/nowhere', ...variables }
    expect(notifySystemd(undefined, { env }).watchdog).toBe(Infinity)
  })
})
