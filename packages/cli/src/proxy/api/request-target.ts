/**
 * The host and the path of a request. A host that its target names, as for a proxy of HTTP, comes before the header
 * Host (RFC 9112, section 3.2.2).
 */
export function readRequestTarget(
  target: string,
  host: string | undefined,
): { readonly host: string | undefined; readonly path: string } {
  const [, named, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? []
  if (named === undefined) return { host, path: target }
  return { host: named, path: rest.startsWith('/') ? rest : `/${rest}` }
}
