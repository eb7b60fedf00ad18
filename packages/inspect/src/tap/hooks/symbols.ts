/** @returns the symbol of Node's own that an object has a property by */
export function findSymbol(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description)
}

/** @returns the object on an object's chain of prototypes that has a property itself */
export function findHolder(object: object, key: PropertyKey): object | undefined {
  for (
    let at: object | null = object;
    at !== null;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    if (Object.hasOwn(at, key)) return at
  }
  return undefined
}
