/** The key in a list that stands for every name: the names are the user's, as those of `tls.sni` are. */
export const anyName = '*'

/** What a value has to be that is checked by its kind alone. */
export type OptionKind = 'function' | 'signal'

/**
 * The names that an object of options may have. `true` is an option whose value is not looked into: a
 * number, a text, an object of the user's. A list is for an option that may be an object itself.
 *
 * Each list is a constant beside its type, of the type `NamesOf<Type>`: with an option that is in one
 * of the two alone, the program does not compile.
 */
export interface OptionNames {
  readonly [name: string]: true | OptionKind | OptionNames
}

/** What a list of names has to be for a type of options: complete, and without a name too many. */
export type NamesOf<Options> = Readonly<Record<keyof Options, true | OptionKind | OptionNames>>
