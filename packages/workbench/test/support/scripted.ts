import { connect, delimited } from 'hawser'
import { onTestFinished } from 'vitest'
import { openProject } from './project.js'

const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A server of lines whose script is this code, trusted, and a client of it. */
export async function converse(
  code: string,
  { files = {}, more = {} }: { files?: Readonly<Record<string, string>>; more?: object } = {},
) {
  const both = await openProject({
    'servers/s.json': {
      ...{ name: 's', listen: '127.0.0.1:0', framing: 'lines', script: 'reply.js' },
      ...more,
    },
    'responders/reply.js': code,
    ...files,
  })
  const { project, list, until, rows } = both
  await project.trust(project.state.code?.hash ?? '')
  await list.restart(1)
  const open = async () => {
    const { addresses } = await until(1, ({ state }) => state === 'running')
    const client = await connect(addresses[0] ?? '', { framing: delimited('\n') })
    onTestFinished(() => void client.close())
    return client
  }
  const client = await open()
  const ask = async (said: string | Uint8Array): Promise<string> => {
    await client.send(said)
    return show(await client.receive())
  }
  const responded = async () =>
    (await rows()).flatMap(({ event }) => (event?.event === 'responded' ? [event] : []))
  return { ...both, client, open, ask, responded, show }
}
