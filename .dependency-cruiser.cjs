// Imports run one way: schema <- kernel <- engines <- server; apps and web see the schema only. `scripts/check-imports.mjs` runs this.
/** Tests, and what only tests use: `fixture.ts`, `x.fixture.ts`, `fixtures/`. */
const tests = '\\.test\\.tsx?$|(^|[/.])fixtures?[/.]';
const engine = '^packages/engines/([^/]+)/';

/** @param {string} name @param {object} from @param {object} to */
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

/** Ours, in a checkout: what npm installs lies in node_modules. */
const ours = '^(packages|apps|connectors|bench|scripts)/';

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }),
    forbid('resolves', {}, { couldNotResolve: true }),

    forbid('schema-imports-nothing', { path: '^packages/schema/' }, { path: ours, pathNot: '^packages/schema/' }),
    forbid('schema-does-no-io', { path: '^packages/schema/', pathNot: tests }, { dependencyTypes: ['core'] }),
    forbid(
      'kernel-imports-schema',
      { path: '^packages/kernel/' },
      { path: ours, pathNot: '^packages/(kernel|schema|testkit|server)/' },
    ),
    forbid(
      'engines-import-kernel-and-schema',
      { path: engine },
      { path: ours, pathNot: '^packages/(engines|kernel|schema|testkit|server)/' },
    ),
    forbid(
      'engines-never-import-one-another',
      { path: engine },
      { path: '^packages/engines/', pathNot: '^packages/engines/$1/' },
    ),
    forbid(
      'server-imports-no-app',
      { path: '^packages/server/' },
      { path: '^(packages/web|apps|connectors|bench|scripts)/' },
    ),
    forbid(
      'web-imports-schema-only',
      { path: '^packages/web/', pathNot: tests },
      { path: ours, pathNot: '^packages/(web|schema)/' },
    ),
    forbid(
      'testkit-imports-kernel-and-schema',
      { path: '^packages/testkit/' },
      { path: ours, pathNot: '^packages/(testkit|kernel|schema)/' },
    ),
    forbid(
      'apps-import-schema-only',
      { path: '^apps/([^/]+)/', pathNot: tests },
      { path: ours, pathNot: ['^apps/$1/', '^packages/schema/'] },
    ),
    forbid(
      'connectors-import-schema-and-channel',
      { path: '^connectors/([^/]+)/', pathNot: tests },
      { path: ours, pathNot: ['^connectors/$1/', '^packages/(schema|engines/channel)/'] },
    ),

    forbid(
      'testkit-is-for-tests',
      { path: ours, pathNot: [tests, '^packages/testkit/', '^bench/'] },
      { path: '^packages/testkit/' },
    ),
    forbid(
      'nobody-imports-server',
      { path: ours, pathNot: [tests, '^packages/server/', '^bench/'] },
      { path: '^packages/server/' },
    ),
    forbid('nobody-imports-a-test', { path: ours, pathNot: [tests, '^packages/testkit/'] }, { path: tests }),
    forbid('scripts-stand-alone', { path: '^scripts/' }, { path: '^(packages|apps|connectors|bench)/' }),
    forbid('nobody-imports-scripts', { path: '^(packages|apps|connectors|bench)/' }, { path: '^scripts/' }),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/|^packages/web/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default', 'node'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
