/** Whether the browser is let in, and what to do if not. */
export type Entry = { readonly isIn: true } | { readonly isIn: false; readonly why: string }

/** The status of a workbench that has as many pages as it may have. */
const full = 503
/** Where the key is kept that goes with the cookie: no page of another port reads it. */
const keyName = 'hawser-key'

/** What is said to be let in, beside the cookie. */
export function storedKey(): string {
  return localStorage.getItem(keyName) ?? ''
}

/** Exchange the token of the link, if there is one, for the cookie and its key. */
export async function enter(location: Location): Promise<Entry> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  const asked = token === null ? ask() : ask(post(token))
  try {
    const reply = await asked
    if (reply.status === 200) {
      const { key } = (await reply.json()) as { readonly key: string }
      localStorage.setItem(keyName, key)
    }
    // The link is used up: it is of no use in the history, or in a bookmark.
    if (token !== null) history.replaceState(null, '', location.pathname)
    return reply.ok || reply.status === full
      ? { isIn: true }
      : { isIn: false, why: await reply.text() }
  } catch {
    return { isIn: false, why: 'the workbench does not reply: is it still running?' }
  }
}

/** Why a socket was refused, which does not say it. */
export interface SocketRefusal {
  readonly why: string
  /** Whether a link is needed: the workbench does not know this browser, as one that was started anew. */
  readonly isLocked: boolean
}

/** @returns undefined also where nothing replies */
export async function findSocketRefusal(): Promise<SocketRefusal | undefined> {
  try {
    const reply = await ask()
    const isLocked = reply.status === 401
    if (!isLocked && reply.status !== full) return undefined
    return { why: (await reply.text()).trim(), isLocked }
  } catch {
    return undefined
  }
}

function ask(more: RequestInit = {}): Promise<Response> {
  return fetch('/session', { headers: { 'Hawser-Key': storedKey() }, ...more })
}

function post(token: string): RequestInit {
  const headers = { 'Content-Type': 'application/json', 'Hawser-Key': storedKey() }
  return { method: 'POST', headers, body: JSON.stringify({ token }) }
}
