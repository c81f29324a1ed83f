// Which members of Electron's API the app uses: read by the compiler from everything that main, worker and preload are
// built from, so that no list has to be kept.
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');
const ENTRIES = ['electron/main.ts', 'electron/cache/worker.ts', 'electron/preload.ts'];
const DECLARED = 'node_modules/electron/electron.d.ts';

/** `app.getPath`, `new BrowserWindow`, `webContents 'will-navigate'`; no options. */
export function electronApiInUse(): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    ENTRIES.map((entry) => join(root, entry)),
    options,
  );
  const checker = program.getTypeChecker();
  const used = new Set<string>();

  const nameOf = (symbol: ts.Symbol | undefined): string | undefined => {
    const declaration = symbol?.declarations?.[0];
    if (!declaration?.getSourceFile().fileName.endsWith(DECLARED)) return undefined;
    const { parent } = declaration;
    const isMember = ts.isInterfaceDeclaration(parent) || ts.isClassDeclaration(parent);
    return isMember ? `${shortened(parent.name?.text ?? '')}.${symbol?.name ?? ''}` : undefined;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const name = nameOf(checker.getSymbolAtLocation(node.name));
      if (name) used.add(name);
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const name = nameOf(checker.getSymbolAtLocation(node.expression.name));
      const [event] = node.arguments;
      if (name && /\.(on|once)$/.test(name) && event && ts.isStringLiteral(event))
        used.add(`${name.replace(/\.\w+$/, '')} '${event.text}'`);
    }
    if (ts.isObjectBindingPattern(node)) {
      const type = checker.getTypeAtLocation(node);
      for (const { propertyName, name } of node.elements) {
        const taken = (propertyName ?? name).getText();
        const known = nameOf(type.getProperty(taken));
        if (known) used.add(known);
      }
    }
    if (ts.isNewExpression(node)) {
      const type = checker.getTypeAtLocation(node).symbol as ts.Symbol | undefined;
      if (type?.declarations?.some((one) => one.getSourceFile().fileName.endsWith(DECLARED)))
        used.add(`new ${type.name}`);
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles())
    if (source.fileName.startsWith(join(root, 'electron/'))) visit(source);
  // How one listens is no member of its own: what one listens to is. The page's end has but one thing to listen to.
  return [...used].filter((name) => !/^(?!ipcRenderer).*\.(on|once|removeListener|off)$/.test(name)).sort();
}

/** As main calls them: `App` is `app`; classes that are made keep their names. */
const shortened = (name: string) =>
  name === 'BrowserWindow' ? name : name.slice(0, 1).toLowerCase() + name.slice(1);

if (import.meta.main) console.log(electronApiInUse().join('\n'));
