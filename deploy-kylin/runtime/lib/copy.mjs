// COPY on PostgreSQL's wire through `pg` (protocol 3.0, "COPY operations"), so that neither pg_dump nor psql is needed.
import { Readable } from 'node:stream';

/** A query of `pg` that is driven by hand; pg calls the handlers. */
class CopyQuery {
  constructor(text) {
    this.text = text;
    this.rows = 0;
    this.done = new Promise((resolve, reject) => { this.resolve = resolve; this.reject = reject; });
    this.done.catch(() => undefined); // told again by whoever awaits it
  }
  submit(connection) { this.connection = connection; connection.query(this.text); }
  handleCommandComplete(message) { this.rows = Number(/^COPY (\d+)/.exec(message.text)?.[1] ?? 0); }
  handleReadyForQuery() { if (this.error) this.reject(this.error); else this.resolve(this.rows); }
  /** pg forgets the query at its first error, so nothing more comes. Our own reason for breaking off says more than the database's. */
  handleError(error) { this.error ??= error; this.reject(this.error); }
  handleRowDescription() {}
  handleDataRow() {}
  handleEmptyQuery() {}
  handlePortalSuspended() {}
  handleCopyInResponse(connection) { connection.sendCopyFail('this statement only reads'); }
  handleCopyData() {}
}
class CopyOut extends CopyQuery {
  constructor(text) {
    super(text);
    // the socket stands still while the reader has no room
    this.stream = new Readable({ highWaterMark: 1 << 18, read: () => { this.connection?.stream.resume(); } });
    this.done.then(() => this.stream.push(null), (error) => this.stream.destroy(error));
  }
  /** The last rows may have stopped the socket, and nobody reads on after them: left so, the next statement would never be answered. */
  handleReadyForQuery() { this.connection.stream.resume(); super.handleReadyForQuery(); }
  handleError(error) { this.connection?.stream.resume(); super.handleError(error); }
  /** The chunk is a view of a buffer that pg's parser fills again. */
  handleCopyData(message) { if (!this.stream.push(Buffer.from(message.chunk))) this.connection.stream.pause(); }
}
class CopyIn extends CopyQuery {
  constructor(text, source) { super(text); this.source = source; }
  handleCopyInResponse(connection) { void this.send(connection); }
  async send(connection) {
    try {
      for await (const chunk of this.source) {
        if (this.error) return;
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableNeedDrain) await new Promise((resolve) => { const go = () => { connection.stream.off('drain', go).off('close', go); resolve(); }; connection.stream.on('drain', go).on('close', go); });
      }
      connection.endCopyFrom();
    } catch (error) { this.error ??= error; connection.sendCopyFail(String(error.message).replaceAll('\0', '')); }
  }
}
/** Rows of a query as COPY text. Returns { stream, done } where `done` gives the number of rows after the stream has ended. */
export function copyOut(client, select) { const query = client.query(new CopyOut(`copy (${select}) to stdout`)); return { stream: query.stream, done: query.done }; }
/** Loads COPY text into a table. Returns the number of rows. @throws Error of the database, with nothing of this statement kept. */
export function copyIn(client, table, columns, source) { return client.query(new CopyIn(`copy ${table} (${columns.join(', ')}) from stdin`, source)).done; }
