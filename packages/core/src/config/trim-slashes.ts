/** A path without slashes at its ends: people write them or leave them out. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
