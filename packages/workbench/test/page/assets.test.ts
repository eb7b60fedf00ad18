import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { readAssets } from '../../src/page/assets.js'
import { readPlace } from '../../src/page/place.js'
import { Served } from '../support/page.js'

const files = {
  'index.html': '<script src="/assets/a.js"></script>',
  'assets/a.js': 'a',
  'assets/a.css': 'b',
  'icon.svg': 'c',
  'other.bin': 'd',
}

it('the files of the page are served with their types', async () => {
  const served = await Served.start({ assets: await readAssets(createFolder(files)) })
  const types: unknown[] = []
  for (const path of ['/', '/assets/a.js', '/assets/a.css', '/icon.svg', '/other.bin']) {
    const { status, headers } = await served.ask('GET', path)
    expect(status).toBe(200)
    types.push(headers['content-type'])
  }
  expect(types).toEqual([
    'text/html; charset=utf-8',
    'text/javascript; charset=utf-8',
    'text/css; charset=utf-8',
    'image/svg+xml',
    'application/octet-stream',
  ])
})

it('what a browser has already is not sent again', async () => {
  const served = await Served.start({ assets: await readAssets(createFolder(files)) })
  const { headers, body } = await served.ask('GET', '/assets/a.js')
  expect(body).toBe('a')
  const known = { 'if-none-match': String(headers['etag']) }
  const again = await served.ask('GET', '/assets/a.js', { headers: known })
  expect({ status: again.status, body: again.body }).toEqual({ status: 304, body: '' })
  const other = await served.ask('GET', '/assets/a.css', { headers: known })
  expect(other.status).toBe(200)
})

it('HEAD says what GET would', async () => {
  const served = await Served.start({ assets: await readAssets(createFolder(files)) })
  const { status, headers, body } = await served.ask('HEAD', '/assets/a.js')
  expect({ status, body, length: headers['content-length'] }).toEqual({
    status: 200,
    body: '',
    length: '1',
  })
})

it.each([{}, { 'assets/a.js': 'a' }])(
  'a page that was not built is said to be, with how one builds it',
  async (built) => {
    const folder = createFolder(built)
    await expect(readAssets(folder)).rejects.toMatchObject({
      code: 'WORKBENCH_FAILED',
      message: expect.stringContaining('run npm run build') as string,
    })
    await expect(readAssets(`${folder}/none`)).rejects.toThrow('has not been built')
  },
)

it.each(['0.0.0.0:80', '*:80', ':80', '192.0.2.1:80', '[::]:0', 'example.com:80', '8080'])(
  'a place that other machines reach has to be allowed: %s',
  (page) => {
    expect(() => readPlace(page, false)).toThrow('--page-open')
    expect(readPlace(page, true).isLocal).toBe(false)
  },
)

it.each(['127.0.0.1:0', 'localhost:8080', '[::1]:80', '127.1.2.3:1', 'tcp://127.0.0.1:1'])(
  'a place of this machine is taken: %s',
  (page) => {
    expect(readPlace(page, false).isLocal).toBe(true)
  },
)

it.each(['unix:/run/page', 'tls://127.0.0.1:1', 'fd:3', 'nonsense', '127.0.0.1:99999'])(
  'what is no place for a page is refused: %s',
  (page) => {
    expect(() => readPlace(page, true)).toThrow(
      expect.objectContaining({ code: 'WORKBENCH_INVALID' }) as Error,
    )
  },
)
