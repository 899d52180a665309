import { hostname } from 'node:os';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** One process as the system-state page shows it. Memory in bytes; lag and CPU of the last reading's span: lag is the 99th percentile in milliseconds, CPU a share of one core (1 = 100 %). */
export interface ProcessFigures { role: string; version: string; host: string; pid: number; startedAt: number; rssBytes: number; heapBytes: number; lagMs: number; cpuShare: number; at: number }
const SPAN_MS = 2000;

/** Reads this process. Readings within two seconds are one reading, so that page, metrics and heartbeat do not cut each other's span short. */
export class ProcessMeter {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  private cpu = process.cpuUsage();
  private cpuAt = performance.now();
  private last: ProcessFigures | null = null;
  private readAt = -Infinity;
  constructor(private readonly about: { role: string; version: string; startedAt: number }, private readonly now: () => number = Date.now) { this.delay.enable(); }
  read(): ProcessFigures {
    const at = performance.now();
    if (this.last && at - this.readAt < SPAN_MS) return this.last;
    const memory = process.memoryUsage(), used = process.cpuUsage(this.cpu), spanMicros = Math.max(1, (at - this.cpuAt) * 1000), lag = this.delay.percentile(99) / 1e6;
    // the meter's own beat of 10 ms is no lag
    this.last = { ...this.about, host: hostname(), pid: process.pid, rssBytes: memory.rss, heapBytes: memory.heapUsed, lagMs: Number.isFinite(lag) ? Math.max(0, Math.round((lag - 10) * 10) / 10) : 0, cpuShare: Math.round(((used.user + used.system) / spanMicros) * 1000) / 1000, at: this.now() };
    this.delay.reset();
    this.cpu = process.cpuUsage();
    this.cpuAt = this.readAt = at;
    return this.last;
  }
  close(): void { this.delay.disable(); }
}
