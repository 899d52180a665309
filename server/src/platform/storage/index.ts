export { BlobStore, type ByteRange, type OpenedBlob, type StoredBlob } from './blob-store';
export { assertInside, blobPath } from './blob-path';
