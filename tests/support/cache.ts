import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where fetched and compiled things stay between runs; the scripts in `scripts/` use the same folder. Always safe to delete. */
export const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'senbon');
