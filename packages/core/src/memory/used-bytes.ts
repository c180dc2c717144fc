/** Bytes of JavaScript objects and of buffers, dead ones too until they are collected. */
export function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
