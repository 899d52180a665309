import { DataSource, type DataSourceOptions } from 'typeorm';
import { OracleDriver } from 'typeorm/driver/oracle/OracleDriver';
import { OracleQueryRunner } from 'typeorm/driver/oracle/OracleQueryRunner';
import type { ReplicationMode } from 'typeorm/driver/types/ReplicationMode';
import { connectString, loadDmdb, type Dmdb } from './dmdb';

/** TypeORM on DM: its Oracle driver with DM's package, address and `?` binds. Ids come from the application (no RETURNING). */
export class DmDriver extends OracleDriver {
  private get own(): { url?: string; schema?: string; driver?: Dmdb } { return this.options as unknown as { url?: string; schema?: string; driver?: Dmdb }; }
  protected override loadDependencies(): void { this.oracle = this.own.driver ?? loadDmdb(); }
  override createParameter(): string { return '?'; }
  override createQueryRunner(mode: ReplicationMode): OracleQueryRunner { return new OracleQueryRunner(this, mode); }
  protected override async createPool(): Promise<unknown> {
    const { url, schema } = this.own;
    if (!url) throw new Error('达梦数据源需要 url：dm://用户:口令@主机:5236');
    return new Promise((resolve, reject) => { (this.oracle as Dmdb).createPool({ connectString: connectString(url, schema), poolMax: this.options.poolSize ?? 10 }, (error, pool) => { if (error) reject(error); else resolve(pool); }); });
  }
}
/** For Midway: `{ type: 'oracle', customDataSourceClass: DmDataSource, url: 'dm://…' }`. */
export class DmDataSource extends DataSource {
  constructor(options: DataSourceOptions) {
    if (options.type !== 'oracle') throw new Error('DmDataSource is a data source of type oracle');
    super({ ...options, driver: (options as { driver?: unknown }).driver ?? loadDmdb() } as DataSourceOptions);
    Object.assign(this, { driver: new DmDriver(this) }); // the base class makes its own by type and offers no other way in
  }
}
