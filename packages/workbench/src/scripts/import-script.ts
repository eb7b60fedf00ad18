/** A script of the user's: the only import whose name nothing here knows. */
export function importScript(url: string): Promise<object> {
  return import(url) as Promise<object>
}
