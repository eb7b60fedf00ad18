import ts from 'typescript'

/**
 * Every module a source file names (static, re-exported, type-only, dynamic, in a type, required),
 * and every way round naming one that a reader of specifiers could not follow.
 *
 * @param {string} file
 * @param {string} text
 * @returns {{ imports: { specifier: string, line: number }[], findings: { what: string, line: number }[] }}
 */
export function listImports(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  /** @type {{ specifier: string, line: number }[]} */
  const imports = []
  /** @type {{ what: string, line: number }[]} */
  const findings = []

  /** @param {ts.Node} node */
  const lineOf = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1

  /** @param {ts.Node} at @param {ts.Node | undefined} name */
  const add = (at, name) => {
    if (name !== undefined && ts.isStringLiteralLike(name)) {
      imports.push({ specifier: name.text, line: lineOf(at) })
    } else findings.push({ what: 'an import must name its module literally', line: lineOf(at) })
  }

  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier)
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node, node.expression)
    else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
    } else if (ts.isCallExpression(node) && isImportCall(node)) add(node, node.arguments[0])
    else if (ts.isIdentifier(node) && /^(getBuiltinModule|createRequire)$/.test(node.text)) {
      findings.push({ what: `${node.text} goes round the import walls`, line: lineOf(node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)

  for (const reference of [...source.referencedFiles, ...source.typeReferenceDirectives]) {
    const { line } = source.getLineAndCharacterOfPosition(reference.pos)
    findings.push({ what: 'triple-slash references go round the import walls', line: line + 1 })
  }
  return { imports, findings }
}

/** @param {ts.CallExpression} node */
function isImportCall(node) {
  const callee = node.expression
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === 'require')
  )
}
