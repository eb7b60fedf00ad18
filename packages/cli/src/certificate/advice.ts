import { quoteWord } from '../output/quote.js'

/**
 * Commands that use a certificate, for people to copy.
 *
 * @param port the server's
 */
export function adviseCertificate(certificate: string, port = 8000): string[] {
  const file = quoteWord(certificate)
  return [
    `npx --no hawser connect tls://localhost:${port} --ca ${file}`,
    `openssl s_client -connect localhost:${port} -servername localhost -CAfile ${file}`,
    `curl --cacert ${file} https://localhost:${port}/`,
  ]
}
