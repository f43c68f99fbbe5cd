/** The architecture as rules: what a folder may import. Don't widen a rule to make it pass; change the design, or write an ADR. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.(spec|fixture|contract|samples)\\.ts$' },
  to: { path: '^(apps|libs)/', pathNot: allowed },
});

const packages = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.spec\\.ts$' },
  to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'], pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', comment: 'Two files that need each other are one file, or hide a third.', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', comment: 'An import that leads nowhere.', from: {}, to: { couldNotResolve: true } },
    only('kernel-imports-nothing', '^libs/kernel/', '^libs/kernel/', 'kernel is what everything stands on: pure types.'),
    packages('kernel-is-pure', '^libs/kernel/', '^$', 'kernel is pure types.'),
    only('domain-imports-kernel', '^libs/domain/([^/]+)/', '^libs/(kernel/|domain/$1/)', 'An aggregate knows the kernel and itself. What it needs of another one comes in with the command.'),
    packages('domain-is-pure', '^libs/domain/', '^$', 'No Nest, no Node, no driver in a rule: time and ids come in with the command.'),
    only('eventing-imports-kernel', '^libs/eventing/', '^libs/(kernel|eventing)/', 'Ports and machinery know no aggregate and no engine.'),
    only('application-imports', '^libs/application/', '^libs/(kernel|domain|eventing|application)/|^libs/read-models/.*\\.queries', 'Handlers know rules and ports; engines come by configuration.'),
    only('read-models-imports', '^libs/read-models/', '^libs/(kernel|domain|eventing|read-models)/', 'The read side knows facts, not commands or engines.'),
    only('public-events-imports', '^libs/public-events/', '^libs/(kernel|domain|public-events)/', 'What others learn is made from facts alone.'),
    only('adapters-import', '^libs/adapters/(?!gateways)([^/]+)/', '^libs/(kernel|eventing|adapters/$1)/', 'An adapter knows its port and its SDK.'),
    only('engines-module-imports', '^libs/adapters/([^/]+\\.ts$|gateways)', '^libs/(kernel|eventing|adapters|platform|domain/index)', 'The choice of engines knows adapters and configuration.'),
    only('platform-imports', '^libs/platform/', '^libs/(kernel|eventing|platform)/', 'Plumbing knows no aggregate.'),
    only('emulator-stands-alone', '^libs/twilio-emulator/', '^libs/twilio-emulator/', 'The stand-in of the provider shares no code with what it tests.'),
    only('apps-import-libs', '^apps/(?!standalone|crash|bench|demo|docs)([^/]+)/', '^libs/(kernel|domain|eventing|application|read-models|public-events|adapters/(index|gateways)|platform)|^apps/$1/', 'An app wires libraries; apps do not know each other, and engines come from the adapters module.'),
    { name: 'gateways-only-in-the-notifier', severity: 'error', comment: 'Replays and rebuilds cannot send, because nothing but the notifier holds a gateway.', from: { path: '^(apps|libs)/', pathNot: '^apps/notifier/|^libs/adapters/(gateways|twilio|email)/|^apps/crash/src/kill-|\\.spec\\.ts$' }, to: { path: '^libs/adapters/(gateways/|.*\\.gateway\\.ts$)', pathNot: '^libs/adapters/[^/]+/index' } },
    { name: 'sdk-only-in-its-adapter', severity: 'error', comment: 'Each SDK has one importer; doubles and the starters of real servers speak by it.', from: { path: '^(apps|libs)/', pathNot: '^libs/(adapters|testing/engines|testing/[^/]+-double)/|\\.(spec|fixture)\\.ts$' }, to: { path: 'node_modules/(twilio|nodemailer|kafkajs|mongodb|@eventstore)/' } },
    { name: 'sqlite-in-one-file', severity: 'error', comment: 'The driver stays behind one file.', from: { pathNot: '^libs/adapters/embedded/sqlite\\.ts$' }, to: { path: '^(node:)?sqlite$' } },
    { name: 'testing-is-for-specs', severity: 'error', comment: 'testing is for specs only.', from: { pathNot: '\\.(spec|contract)\\.ts$|^libs/testing/|^apps/crash/' }, to: { path: '^libs/testing/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'], extensions: ['.ts', '.js', '.d.ts'] },
  },
};
