import { getHeapStatistics } from 'node:v8';

/** Bytes of JavaScript objects and of buffers, dead ones too until they are collected. */
export function usedBytes(): number {
  // Not `process.memoryUsage`: it opens a file, and throws when there are no handles left.
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return heap + buffers;
}
