import { join } from 'node:path'
import ts from 'typescript'

const source = join(import.meta.dirname, '../../../src')
const entrances = [
  'index',
  'log/index',
  'metrics/index',
  'systemd/index',
  'testing/index',
  'workers/index',
]

/**
 * Every place of the public types where a program hands over a function, by the name of what it is in:
 * `ServerOptions.data`, `Clock.now`, `listen(callback)` of a class as `Server.listen(callback)`, and the
 * events as `ServerEvents.close`. The compiler says so, so that none can be forgotten.
 */
export function publicFunctions(): Set<string> {
  const roots = entrances.map((name) => join(source, `${name}.ts`))
  const program = ts.createProgram(roots, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    strict: true,
    noEmit: true,
  })
  const found = new Finder(program.getTypeChecker())
  for (const root of roots) found.lookThrough(root, program)
  return found.names
}

class Finder {
  readonly names: Set<string> = new Set()
  readonly #checker: ts.TypeChecker
  readonly #seen = new Set<ts.Type>()

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker
  }

  /** What a module exports: its functions, and the methods of its classes and objects. */
  lookThrough(path: string, program: ts.Program): void {
    const file = program.getSourceFile(path)
    const module = file && this.#checker.getSymbolAtLocation(file)
    if (module === undefined) throw new Error(`${path} is no module`)
    for (const exported of this.#checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      this.#visit(isAlias ? this.#checker.getAliasedSymbol(exported) : exported)
    }
  }

  #visit(symbol: ts.Symbol): void {
    const { name } = symbol
    if ((symbol.flags & ts.SymbolFlags.Function) !== 0) {
      this.#signatures(name, this.#checker.getTypeOfSymbol(symbol).getCallSignatures())
    }
    if ((symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) === 0) return
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol)
    for (const member of type.getProperties()) {
      if (!isOurs(member) || /^(?:__)?#/.test(member.name)) continue
      if (name.endsWith('Events')) this.names.add(`${name}.${member.name}`)
      const signatures = this.#checker.getTypeOfSymbol(member).getCallSignatures()
      this.#signatures(`${name}.${member.name}`, signatures)
    }
    if ((symbol.flags & ts.SymbolFlags.Class) === 0) return
    this.#signatures(name, this.#checker.getTypeOfSymbol(symbol).getConstructSignatures())
  }

  #signatures(name: string, signatures: readonly ts.Signature[]): void {
    for (const { parameters } of signatures) {
      for (const parameter of parameters) {
        this.#take(this.#checker.getTypeOfSymbol(parameter), `${name}(${parameter.name})`)
      }
    }
  }

  /** A value of this type is handed over, in a place of this name. */
  #take(type: ts.Type, place: string): void {
    if (type.isUnionOrIntersection()) {
      for (const part of type.types) this.#take(part, place)
      return
    }
    const signatures = type.getCallSignatures()
    if (signatures.length > 0) {
      this.names.add(place)
      // What it returns comes from the program as well: a timer, a decoder.
      for (const signature of signatures) this.#take(signature.getReturnType(), `${place}()`)
      return
    }
    const isObject = (type.flags & ts.TypeFlags.Object) !== 0
    // Nothing but the library makes an object of one of its classes.
    const isClass = ((type.symbol as ts.Symbol | undefined)?.flags ?? 0) & ts.SymbolFlags.Class
    if (!isObject || isClass !== 0 || this.#seen.has(type)) return
    this.#seen.add(type)
    for (const inner of this.#checker.getTypeArguments(type as ts.TypeReference)) {
      this.#take(inner, place)
    }
    const value = this.#checker.getIndexInfosOfType(type).map((index) => index.type)
    for (const inner of value) this.#take(inner, place)
    for (const property of type.getProperties()) {
      if (isOurs(property)) {
        this.#take(this.#checker.getTypeOfSymbol(property), nameOf(property))
      }
    }
  }
}

/** Whether it is written in the library, and not in the types of Node.js or of the language. */
function isOurs(symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? []
  return declaration?.getSourceFile().fileName.startsWith(source) === true
}

/** With the interface it was declared in, which others may extend: `ConnectionOptions.clock`. */
function nameOf(property: ts.Symbol): string {
  let home: ts.Node | undefined = property.declarations?.[0]
  while (home !== undefined && !isNamed(home)) home = home.parent
  return `${home?.name.text ?? '?'}.${property.name}`
}

function isNamed(node: ts.Node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
}
