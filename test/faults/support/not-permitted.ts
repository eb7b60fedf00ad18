/** Thrown where this machine does not let the fault happen; the fault counts as skipped, loudly. */
export class NotPermitted extends Error {}
