/** The error that Node.js has where the operating system says `code`. */
export function systemError(
  code: string,
  syscall: 'connect' | 'listen' | 'getaddrinfo',
  { address, port }: { readonly address: string; readonly port?: number | undefined },
): Error {
  const where = port === undefined ? address : `${address}:${port}`
  return Object.assign(new Error(`${syscall} ${code} ${where}`), { code, syscall, address, port })
}
