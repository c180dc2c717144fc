import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_OUTPUT = 1;

/**
 * Where a gateway's log goes: standard output. A disk that is full costs lines and not the gateway, and lines come again when
 * there is room; a pipe that nobody reads any more costs all lines.
 */
export function logOutput(stdout: NodeJS.WriteStream = process.stdout): (text: string) => void {
  stdout.on('error', () => {});
  if (!isFile()) return (text) => void stdout.write(text);
  // Node's own stream for files is destroyed by its first error.
  return (text) => {
    try {
      writeSync(STANDARD_OUTPUT, text);
    } catch {
      // See above.
    }
  };
}

function isFile(): boolean {
  try {
    const stat = fstatSync(STANDARD_OUTPUT);
    // A character device is a terminal, which has a stream of its own, or the likes of /dev/full and /dev/null.
    return stat.isFile() || (stat.isCharacterDevice() && !isatty(STANDARD_OUTPUT));
  } catch {
    return false;
  }
}
