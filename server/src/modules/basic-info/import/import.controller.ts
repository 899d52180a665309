import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { z } from 'zod';
import { Id, MAX_IMPORT_BYTES, routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../../platform/http/endpoint';
import { readFormUpload } from '../../../platform/http/form-upload';
import type { HousesExport } from './houses-export';
import type { ImportService, XlsxFile } from './import.service';

const Fields = z.strictObject({ companyId: Id });

@Provide()
@Controller('/')
export class HouseImportController {
  @Inject() ctx!: Context;
  @Inject() importService!: ImportService;
  @Inject() housesExport!: HousesExport;

  @Endpoint(routes.houseTemplate) async template() { const { scope } = admit(this.ctx, routes.houseTemplate); return this.send(this.importService.template(scope)); }
  @Endpoint(routes.houseImports) async list() { const { scope, query } = admit(this.ctx, routes.houseImports); return this.importService.list(scope, query); }
  @Endpoint(routes.houseImportStart) async start() {
    const { scope } = admit(this.ctx, routes.houseImportStart), { name, kept, fields } = await readFormUpload(this.ctx.req, { maxBytes: MAX_IMPORT_BYTES, fields: 2 }, Fields, (stream) => this.importService.keep(stream));
    return this.importService.start(scope, fields.companyId, name, kept);
  }
  @Endpoint(routes.houseImport) async get() { const { scope, params } = admit(this.ctx, routes.houseImport); return this.importService.get(scope, params.companyId, params.id); }
  @Endpoint(routes.houseImportCancel) async cancel() { const { scope, params } = admit(this.ctx, routes.houseImportCancel); return this.importService.cancel(scope, params.companyId, params.id); }
  @Endpoint(routes.houseImportErrors) async errors() { const { scope, params } = admit(this.ctx, routes.houseImportErrors); return this.send(await this.importService.errors(scope, params.companyId, params.id)); }
  @Endpoint(routes.houseExport) async export() { const { scope, query } = admit(this.ctx, routes.houseExport); await this.housesExport.consent(scope, query); return this.send(await this.housesExport.file(scope, query)); }
  @Endpoint(routes.houseExportRequest) async ask() { const { scope, body } = admit(this.ctx, routes.houseExportRequest); return this.housesExport.ask(scope, body); }

  private send(file: XlsxFile) {
    this.ctx.set({ 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'content-disposition': `attachment; filename="houses.xlsx"; filename*=UTF-8''${encodeURIComponent(file.name)}` });
    this.ctx.res.once('close', () => file.body.destroy());
    return file.body;
  }
}
