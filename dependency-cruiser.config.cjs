/** The floors of the house: arrows only downward, no module imports a module (docs/架构.md). */
module.exports = {
  forbidden: [
    { name: 'modules-not-each-other', severity: 'error', comment: 'A module never imports another module: what two need is domain, or travels as an event.', from: { path: '^server/src/modules/([^/]+)/' }, to: { path: '^server/src/modules/', pathNot: '^server/src/modules/$1/' } },
    { name: 'domain-not-upward', severity: 'error', from: { path: '^server/src/domain/' }, to: { path: '^server/src/(modules|app|roles|demo)/' } },
    { name: 'platform-not-upward', severity: 'error', from: { path: '^server/src/platform/' }, to: { path: '^server/src/(domain|modules|app|roles|demo)/' } },
    { name: 'domains-apart', severity: 'error', comment: 'Only the setting store is shared by the other domains.', from: { path: '^server/src/domain/([^/]+)/' }, to: { path: '^server/src/domain/', pathNot: '^server/src/domain/($1|setting)/' } },
    { name: 'pure-hearts', severity: 'error', comment: 'Rules have no I/O.', from: { path: '\\.rules\\.ts$' }, to: { path: '^(node:)?(fs|net|http|https|child_process|dgram|tls)$|typeorm|node_modules/(pg|ws|socket\\.io)/' } },
    { name: 'fronts-not-server', severity: 'error', from: { path: '^(web-admin|web-agent|mobile-h5|packages/ui)/' }, to: { path: '^(server|packages/switch-simulator|gateway-config)/' } },
    { name: 'fronts-apart', severity: 'error', from: { path: '^(web-admin|web-agent|mobile-h5)/' }, to: { path: '^(web-admin|web-agent|mobile-h5)/', pathNot: '^$1/' } },
    { name: 'contract-alone', severity: 'error', from: { path: '^packages/contract/' }, to: { path: '^(server|web-|mobile-h5|packages/(ui|switch-simulator))' } },
    { name: 'no-cycles', severity: 'error', from: { path: '^(server|packages)/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, exclude: { path: '(dist|\\.(test|suite|engine)\\.ts$)' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.tests.json' }, enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'], extensions: ['.ts', '.js', '.vue', '.mjs'] } },
};
