/**
 * Whether a znode path is one that may be created or written: absolute, no trailing slash, no empty,
 * `.` or `..` segment, and none of the code units that Apache's `PathUtils` refuses.
 */
export function isValidPath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/')) return false;
  for (const segment of path.slice(1).split('/')) {
    if (segment === '' || segment === '.' || segment === '..') return false;
  }
  for (let i = 1; i < path.length; i += 1) {
    if (isForbiddenUnit(path.charCodeAt(i))) return false;
  }
  return true;
}

/** Control characters, surrogates, private use and specials: UTF-16 code units, as Java counts them. */
function isForbiddenUnit(unit: number): boolean {
  return (
    unit <= 0x1f || (unit >= 0x7f && unit <= 0x9f) || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0
  );
}

/** The parent's path, `/` for a child of the root. The path has at least one slash. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function join(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}
