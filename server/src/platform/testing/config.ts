import type { Config } from '../config/config';

/** A configuration for one test: everything in one folder, ports of the system's choice. */
export const testConfig = (dir: string, target: Omit<Config['database'], 'maxConnections'>, maxConnections = 8): Config => ({
  dataDir: dir, production: false, demo: true, http: { host: '127.0.0.1', port: 0, trustProxy: false, tls: null }, database: { ...target, maxConnections }, cache: { url: null, prefix: 'test:' },
  bus: { kind: 'database', endpoints: '127.0.0.1:1', topic: 't', group: 'g', accessKey: '', accessSecret: '' }, link: { host: '127.0.0.1', port: 0, token: 't', tls: null, urls: [] }, switch: { nodes: [], recordingsDir: dir, spoolDir: dir, configDir: dir },
  monitoring: { metricsToken: null, metricsPort: null, slowQueryMs: 200 }, fronts: { admin: dir, agent: dir, mobile: dir }, timeZone: 'Asia/Shanghai',
});
