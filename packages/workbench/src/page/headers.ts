/**
 * What each response says to the browser: nothing runs or is shown that is not ours, nothing is shown inside another
 * page, and no other page gets hold of the window.
 *
 * @param host the checked `Host` of the request; older browsers do not take `'self'` for WebSockets
 */
export function securityHeaders(host: string): Record<string, string> {
  const policy = [
    "default-src 'self'",
    `connect-src 'self' ws://${host}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), usb=(), serial=()',
  }
}
