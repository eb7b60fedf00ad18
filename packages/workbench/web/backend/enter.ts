/** Whether the browser is let in, and what to do if not. */
export type Entry = { readonly isIn: true } | { readonly isIn: false; readonly why: string }

/** Exchange the token of the link, if there is one, for the cookie. */
export async function enter(location: Location): Promise<Entry> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  const asked = token === null ? fetch('/session') : fetch('/session', post(token))
  try {
    const reply = await asked
    // The link is used up: it is of no use in the history, or in a bookmark.
    if (token !== null) history.replaceState(null, '', location.pathname)
    return reply.ok ? { isIn: true } : { isIn: false, why: await reply.text() }
  } catch {
    return { isIn: false, why: 'the workbench does not reply: is it still running?' }
  }
}

/**
 * Whether the workbench that replies does not know this browser, as one that was started anew.
 *
 * @returns what to do then; undefined also where it does not reply
 */
export async function findLock(): Promise<string | undefined> {
  try {
    const reply = await fetch('/session')
    return reply.status === 401 ? await reply.text() : undefined
  } catch {
    return undefined
  }
}

function post(token: string): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  }
}
