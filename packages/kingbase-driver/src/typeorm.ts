import * as pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner';
import type { ReplicationMode } from 'typeorm/driver/types/ReplicationMode';
import { askServer, KingbaseClient, pgUrl } from './client';

/** KingbaseES in its PostgreSQL mode follows PostgreSQL 12. */
const COMPATIBLE = '12.0';
class KingbasePool extends pg.Pool { constructor(config: pg.PoolConfig) { super({ ...config, ...(config.connectionString ? { connectionString: pgUrl(config.connectionString) } : {}), Client: KingbaseClient } as pg.PoolConfig); } }

/** The version text is KingbaseES's own (`KingbaseES V008R006…`), which TypeORM cannot compare. */
export class KingbaseQueryRunner extends PostgresQueryRunner { override async getVersion(): Promise<string> { return COMPATIBLE; } }

export class KingbaseDriver extends PostgresDriver {
  protected override loadDependencies(): void { this.postgres = { ...pg, Pool: KingbasePool }; }
  override createQueryRunner(mode: ReplicationMode): KingbaseQueryRunner { return new KingbaseQueryRunner(this, mode); }
  override async connect(): Promise<void> {
    await super.connect();
    try { await askServer(this.master as pg.Pool); } catch (error) { await this.disconnect(); throw error; }
  }
  /** Ids come from the application: no extension is asked for. */
  protected override async checkMetadataForExtensions(): Promise<{ hasUuidColumns: boolean; hasCitextColumns: boolean; hasHstoreColumns: boolean; hasCubeColumns: boolean; hasGeometryColumns: boolean; hasLtreeColumns: boolean; hasVectorColumns: boolean; hasExclusionConstraints: boolean; hasExtensions: boolean }> {
    return { hasUuidColumns: false, hasCitextColumns: false, hasHstoreColumns: false, hasCubeColumns: false, hasGeometryColumns: false, hasLtreeColumns: false, hasVectorColumns: false, hasExclusionConstraints: false, hasExtensions: false };
  }
}
/** For Midway: `{ type: 'postgres', customDataSourceClass: KingbaseDataSource, url: 'kingbase://…' }`. */
export class KingbaseDataSource extends DataSource {
  constructor(options: DataSourceOptions) {
    if (options.type !== 'postgres') throw new Error('KingbaseDataSource is a data source of type postgres');
    super(options);
    Object.assign(this, { driver: new KingbaseDriver(this) }); // the base class makes its own by type and offers no other way in
  }
}
