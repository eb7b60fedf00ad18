/** For `expect.poll`: a busy machine gets the time that it needs. */
export const patience = { timeout: 60_000, interval: 20 }
