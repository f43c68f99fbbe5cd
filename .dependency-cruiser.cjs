/** The architecture as rules: what a folder may import. Don't widen a rule to make it pass; change the design, or write an ADR. */
const TESTS = '\\.(spec|fixture|contract|samples)\\.ts$|^apps/[^/]+/test/|^apps/tools/[^/]+/test/';

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

const only = (name, from, allowed, comment) =>
  rule(name, comment, { path: from, pathNot: TESTS }, { path: '^(apps|libs)/', pathNot: allowed });

const packages = (name, from, allowed, comment) =>
  rule(
    name,
    comment,
    { path: from, pathNot: '\\.spec\\.ts$' },
    { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'], pathNot: allowed },
  );

module.exports = {
  forbidden: [
    rule('no-circular', 'Two files that need each other are one file, or hide a third.', {}, { circular: true }),
    rule('not-to-unresolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    rule(
      'no-deep-imports',
      'A library is what its index.ts exports.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/', pathNot: '^libs/$1/|/index\\.ts$' },
    ),
    rule(
      'no-deep-imports-by-apps',
      'A library is what its index.ts exports.',
      { path: '^apps/' },
      { path: '^libs/', pathNot: '/index\\.ts$' },
    ),
    only(
      'kernel-imports-nothing',
      '^libs/kernel/',
      '^libs/kernel/',
      'kernel is what everything stands on: pure types.',
    ),
    packages('kernel-is-pure', '^libs/kernel/', '^$', 'kernel is pure types.'),
    only(
      'domain-imports-kernel',
      '^libs/domain/([^/]+)/',
      '^libs/(kernel/|domain/$1/)',
      'An aggregate knows the kernel and itself. What it needs of another one comes in with the command.',
    ),
    packages(
      'domain-is-pure',
      '^libs/domain/',
      '^$',
      'No Nest, no Node, no driver in a rule: time and ids come in with the command.',
    ),
    only(
      'eventing-imports-kernel',
      '^libs/eventing/',
      '^libs/(kernel|eventing)/',
      'Ports and machinery know no aggregate and no engine.',
    ),
    only(
      'gateways-are-ports',
      '^libs/gateways/',
      '^libs/(kernel|gateways)/',
      'What leaves the house is described here and sent elsewhere.',
    ),
    only(
      'application-imports',
      '^libs/application/',
      '^libs/(kernel|domain|eventing|application)/|^libs/(gateways|read-models)/index',
      'Handlers know rules and ports; engines come by configuration.',
    ),
    only(
      'read-models-imports',
      '^libs/read-models/',
      '^libs/(kernel|domain|eventing|read-models)/',
      'The read side knows facts, not commands or engines.',
    ),
    only(
      'public-events-imports',
      '^libs/public-events/',
      '^libs/(kernel|domain|public-events)/',
      'What others learn is made from facts alone.',
    ),
    only(
      'adapters-import',
      '^libs/adapters/([^/]+)/',
      '^libs/(kernel|eventing|gateways|adapters/$1)/',
      'An adapter knows its port and its SDK.',
    ),
    only(
      'composition-imports',
      '^libs/composition/',
      '^libs/(kernel|eventing|gateways|adapters|composition|platform|domain/index)',
      'The choice of engines knows adapters and configuration.',
    ),
    only('platform-imports', '^libs/platform/', '^libs/(kernel|eventing|platform)/', 'Plumbing knows no aggregate.'),
    only(
      'sample-program-imports',
      '^libs/sample-program/',
      '^libs/(kernel|domain|eventing|application|platform|sample-program)/',
      'The sample is loaded by commands, as everything else.',
    ),
    only(
      'emulator-stands-alone',
      '^libs/emulators/twilio/',
      '^libs/emulators/twilio/',
      'The stand-in of the provider shares no code with what it tests.',
    ),
    only(
      'apps-import-libs',
      '^apps/(?!standalone|tools)([^/]+)/',
      '^libs/(kernel|domain|eventing|gateways|application|read-models|public-events|composition|platform|sample-program)|^apps/$1/',
      'An app wires libraries; apps do not know each other, and engines come from the composition.',
    ),
    rule(
      'gateways-only-in-the-notifier',
      'Replays and rebuilds cannot send, because nothing but the notifier holds a gateway.',
      {
        path: '^(apps|libs)/',
        pathNot:
          '^apps/notifier/|^libs/composition/gateways/|^libs/adapters/(twilio|email)/|^apps/tools/chaos/(test/)?kill-|\\.spec\\.ts$',
      },
      { path: '^libs/composition/gateways/|^libs/adapters/.*\\.gateway\\.ts$', pathNot: '^libs/adapters/[^/]+/index' },
    ),
    rule(
      'sdk-only-in-its-adapter',
      'Each SDK has one importer; doubles, the starters of real servers and what the benchmark measures bare speak by it.',
      {
        path: '^(apps|libs)/',
        pathNot:
          '^libs/(adapters|testing/servers|emulators/eventstoredb)/|^apps/tools/bench/raw-|\\.(spec|fixture)\\.ts$',
      },
      { path: 'node_modules/(twilio|nodemailer|kafkajs|mongodb|@eventstore)/' },
    ),
    rule(
      'sqlite-in-one-file',
      'The driver stays behind one file.',
      { pathNot: '^libs/adapters/embedded/sqlite\\.ts$' },
      { path: '^(node:)?sqlite$' },
    ),
    rule(
      'product-needs-no-dev-dependencies',
      'The image is installed without devDependencies.',
      { path: '^(apps|libs)/', pathNot: `${TESTS}|^apps/tools/|^libs/(testing|emulators/eventstoredb)/` },
      { dependencyTypes: ['npm-dev'] },
    ),
    rule(
      'testing-is-for-specs',
      'testing is for specs only.',
      { pathNot: '\\.(spec|contract|fixture)\\.ts$|^libs/testing/|^libs/emulators/eventstoredb/|^apps/tools/chaos/' },
      { path: '^libs/(testing|emulators/eventstoredb)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
