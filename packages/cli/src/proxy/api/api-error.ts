/** What a request asked for cannot be done. */
export class ApiError extends Error {
  readonly status: number

  /**
   * @param status the HTTP status
   * @param message in toxiproxy's words where it has any: clients compare them
   */
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

/** The body is not what was expected. */
export function badBody(what: string): ApiError {
  return new ApiError(400, `bad request body: ${what}`)
}

/** A field without which nothing can be done. */
export function missingField(name: string): ApiError {
  return new ApiError(400, `missing required field: ${name}`)
}
