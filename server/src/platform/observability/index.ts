export { Observability, ServerObservability } from './observability';
export { DatabaseFigures, type ShardFigures } from './database-figures';
export { FigureBoard, type BoardEntry } from './figure-board';
export { certificateOf, diskOf, type CertificateFigures, type DiskFigures } from './host';
export { Metrics, type Sample } from './metrics';
export { mayRead, openProbePort, Probes } from './probes';
export { ProcessMeter, type ProcessFigures } from './process-figures';
export { readiness } from './readiness';
export { SlowQueries, type SlowQuery } from './slow-queries';
