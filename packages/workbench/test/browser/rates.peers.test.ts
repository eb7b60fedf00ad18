import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

itPeer(
  'chromium',
  'a connection shows how fast it is, and nothing once it is silent',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const peer = await dial(await startServer(page, { name: 'echo', reply: 'none' }))
    await page.getByRole('tab', { name: 'Connections' }).click()
    const received = page.locator('[data-connection]').getByTitle('received')
    await received.getByText('← 0 B').waitFor()
    const talking = setInterval(() => peer.write('x'.repeat(99) + '\n'), 50)
    try {
      await received.getByText(/^← .+, .+B\/s$/).waitFor()
    } finally {
      clearInterval(talking)
    }
    await received.getByText(/^← [^,]+B$/).waitFor()
    expect(complaints).toEqual([])
  },
)
