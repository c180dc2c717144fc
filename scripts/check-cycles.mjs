// Fails when the value imports of packages/*/src form a cycle. `import type` and `export type` vanish in the build and may
// cross; a dynamic import runs later than the modules' own evaluation and does not count either.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));

const packages = readdirSync(join(root, 'packages'))
  .map((name) => join(root, 'packages', name))
  .filter((folder) => existsSync(join(folder, 'package.json')));

/** @returns {Map<string, string>} package name to the path of its main module */
function mainModules() {
  return new Map(
    packages.map((folder) => {
      const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return [name, join(folder, 'src/index.ts')];
    }),
  );
}

/** @returns {string[]} every TypeScript module of a package */
function modulesOf(folder) {
  const paths = readdirSync(join(folder, 'src'), { recursive: true });
  return paths.filter((path) => path.endsWith('.ts')).map((path) => join(folder, 'src', path));
}

/** @returns {string[]} what a module imports as values, as written */
function valueImports(file, code) {
  const { module, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const requests = [];
  for (const statement of [...module.staticImports, ...module.staticExports]) {
    if (/^(import|export)\s+type\b/.test(code.slice(statement.start, statement.end))) continue;
    const imported = statement.moduleRequest ? [statement] : (statement.entries ?? []);
    requests.push(...imported.flatMap((entry) => entry.moduleRequest?.value ?? []));
  }
  return requests;
}

/** @returns {Map<string, string[]>} module to the modules of this repository that it needs to be evaluated */
function importGraph() {
  const mains = mainModules();
  const graph = new Map();
  for (const file of packages.flatMap(modulesOf)) {
    const requests = valueImports(file, readFileSync(file, 'utf8'));
    const resolved = requests.map((to) => (to.startsWith('.') ? resolve(dirname(file), to) : mains.get(to)));
    graph.set(file, [...new Set(resolved.filter((to) => to !== undefined))]);
  }
  return graph;
}

/** @returns {string[][]} one path per cycle found, its first module repeated at the end */
function cyclesOf(graph) {
  const done = new Set();
  const cycles = [];
  const visit = (module, path) => {
    const at = path.indexOf(module);
    if (at >= 0) cycles.push([...path.slice(at), module]);
    if (at >= 0 || done.has(module)) return;
    for (const next of graph.get(module) ?? []) visit(next, [...path, module]);
    done.add(module);
  };
  for (const module of graph.keys()) visit(module, []);
  return cycles;
}

const graph = importGraph();
const cycles = cyclesOf(graph);
for (const cycle of cycles) console.error(cycle.map((file) => relative(root, file)).join('\n  -> '));
console.log(`${graph.size} modules, ${cycles.length} cycles`);
process.exit(cycles.length === 0 ? 0 : 1);
