import { quoteWord } from '../output/quote.js'

/** Where the server of a certificate is. */
export interface AdvisedServer {
  readonly host?: string
  readonly port?: number
  /** It answers HTTP as well. */
  readonly http?: boolean
}

/** Commands that trust a certificate, for people to copy. */
export function adviseCertificate(certificate: string, server: AdvisedServer = {}): string[] {
  const { host = 'localhost', port = 8000, http = true } = server
  const file = quoteWord(certificate)
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return [
    `npx --no hawser connect tls://${target} --ca ${file}`,
    `openssl s_client -connect ${target} -CAfile ${file}`,
    ...(http ? [`curl --cacert ${file} https://${target}/`] : []),
  ]
}
