import type { AuditRow, Page, VerifyReport } from '@ronghu/contract';
import type { AuditFilter, AuditLog } from '../../platform/audit';
import type { Sql } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { requirePermission, type Scope } from '../../platform/identity/scope';

/** Reading the audit and proving it unbroken (PF-27, CC-122). The proof reads every sealed row and every sound file, so one runs at a time. */
export class AuditService {
  private running = false;
  constructor(private readonly d: { sql: Sql; audit: Pick<AuditLog, 'list' | 'record'>; verifyChains: () => Promise<VerifyReport> }) {}

  list(scope: Scope, filter: AuditFilter): Promise<Page<AuditRow>> {
    requirePermission(scope, 'audit.read');
    return this.d.audit.list(this.d.sql, scope, filter);
  }
  /** @throws AppError TOO_MANY while another proof runs in this process. */
  async verify(scope: Scope): Promise<VerifyReport> {
    requirePermission(scope, 'audit.verify');
    if (this.running) throw new AppError('TOO_MANY', '校验正在进行，请稍候再试');
    this.running = true;
    try {
      const report = await this.d.verifyChains();
      const { audit, recordings } = report;
      await this.d.audit.record(this.d.sql, scope, { action: 'auditVerify', target: 'audit', detail: `${report.ok ? '完整' : '发现异常'}：审计 ${audit.segments} 段 ${audit.rows} 行，异常 ${audit.broken.length}；录音 ${recordings.segments} 段 ${recordings.files} 个，异常 ${recordings.broken.length}` });
      return report;
    } finally { this.running = false; }
  }
}
