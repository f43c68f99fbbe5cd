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
    rule(
      'no-circular',
      'Merge files that import each other, or extract their common part into a third.',
      {},
      { circular: true },
    ),
    rule('not-to-unresolvable', 'The imported module does not exist.', {}, { couldNotResolve: true }),
    rule(
      'no-deep-imports',
      'Import a library only by its index.ts.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/', pathNot: '^libs/$1/|/index\\.ts$' },
    ),
    rule(
      'no-deep-imports-by-apps',
      'Import a library only by its index.ts.',
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
      'An aggregate imports only the kernel and itself. The command carries data of other aggregates.',
    ),
    packages(
      'domain-is-pure',
      '^libs/domain/',
      '^$',
      'The domain uses no Nest, Node or driver: the command carries time and ids.',
    ),
    only(
      'eventing-imports-kernel',
      '^libs/eventing/',
      '^libs/(kernel|eventing)/',
      'Eventing depends on no aggregate and no engine.',
    ),
    only(
      'gateways-are-ports',
      '^libs/gateways/',
      '^libs/(kernel|gateways)/',
      'The ports for sending are defined here and implemented in adapters.',
    ),
    only(
      'application-imports',
      '^libs/application/',
      '^libs/(kernel|domain|eventing|application)/|^libs/(gateways|read-models)/index',
      'Handlers depend on rules and ports; the configuration chooses engines.',
    ),
    only(
      'read-models-imports',
      '^libs/read-models/',
      '^libs/(kernel|domain|eventing|read-models)/',
      'The read side depends on events, not on commands or engines.',
    ),
    only(
      'public-events-imports',
      '^libs/public-events/',
      '^libs/(kernel|domain|public-events)/',
      'Public events are made from domain events only.',
    ),
    only(
      'adapters-import',
      '^libs/adapters/([^/]+)/',
      '^libs/(kernel|eventing|gateways|adapters/$1)/',
      'An adapter imports only its port and its SDK.',
    ),
    only(
      'composition-imports',
      '^libs/composition/',
      '^libs/(kernel|eventing|gateways|adapters|composition|platform|domain/index)',
      'Composition imports only adapters and configuration.',
    ),
    only(
      'platform-imports',
      '^libs/platform/',
      '^libs/(kernel|eventing|platform)/',
      'Platform depends on no aggregate.',
    ),
    only(
      'sample-program-imports',
      '^libs/sample-program/',
      '^libs/(kernel|domain|eventing|application|platform|sample-program)/',
      'The sample program is loaded only by commands.',
    ),
    only(
      'emulator-stands-alone',
      '^libs/emulators/twilio/',
      '^libs/emulators/twilio/',
      'The provider’s emulator shares no code with the product.',
    ),
    only(
      'apps-import-libs',
      '^apps/(?!standalone|tools)([^/]+)/',
      '^libs/(kernel|domain|eventing|gateways|application|read-models|public-events|composition|platform|sample-program)|^apps/$1/',
      'An app wires libraries and gets engines from composition; apps do not import each other.',
    ),
    rule(
      'gateways-only-in-the-notifier',
      'Only the notifier may use a gateway, so replays and rebuilds cannot send.',
      {
        path: '^(apps|libs)/',
        pathNot:
          '^apps/notifier/|^libs/composition/gateways/|^libs/adapters/(twilio|email)/|^apps/tools/chaos/(test/)?kill-|\\.spec\\.ts$',
      },
      { path: '^libs/composition/gateways/|^libs/adapters/.*\\.gateway\\.ts$', pathNot: '^libs/adapters/[^/]+/index' },
    ),
    rule(
      'sdk-only-in-its-adapter',
      'Each SDK has one importing adapter; only doubles, starters of real servers and the raw benchmark may use it too.',
      {
        path: '^(apps|libs)/',
        pathNot:
          '^libs/(adapters|testing/servers|emulators/eventstoredb)/|^apps/tools/bench/raw-|\\.(spec|fixture)\\.ts$',
      },
      { path: 'node_modules/(twilio|nodemailer|kafkajs|mongodb|@eventstore)/' },
    ),
    rule(
      'sqlite-in-one-file',
      'Only one file may import the driver.',
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
