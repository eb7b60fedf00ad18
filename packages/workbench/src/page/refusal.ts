/** Why a request is not served: an HTTP status, and a text for a person. */
export interface Refusal {
  readonly status: number
  readonly text: string
}

/** What to do when there is no way in. */
export const askForLink =
  'press Enter in the terminal where the workbench runs: it prints a fresh link'
