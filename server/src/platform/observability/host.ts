import { X509Certificate } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';

/** Bytes of the file system a folder is on; null figures when the folder cannot be read. */
export interface DiskFigures { name: string; totalBytes: number | null; freeBytes: number | null }
export async function diskOf(name: string, folder: string): Promise<DiskFigures> {
  try { const s = await statfs(folder); return { name, totalBytes: s.blocks * s.bsize, freeBytes: s.bavail * s.bsize }; } catch { return { name, totalBytes: null, freeBytes: null }; } // a folder not made yet: the page says so
}
/** `validTo` in ms UTC; null when the file is missing or no certificate. */
export interface CertificateFigures { name: string; subject: string; validTo: number | null }
export async function certificateOf(name: string, file: string): Promise<CertificateFigures> {
  try { const cert = new X509Certificate(await readFile(file)); return { name, subject: cert.subject.replace(/\n/g, ', '), validTo: Date.parse(cert.validTo) }; } catch { return { name, subject: '', validTo: null }; } // the page says that it cannot be read
}
