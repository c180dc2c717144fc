import { expect, it } from 'vitest';
import { openFailure } from './open-failure.ts';

it.each([
  [
    'IO Error: Could not set lock on file "/d/a.db": Conflicting lock is held in /usr/bin/node (PID 27900). See also https://x',
    'the file is in use by process 27900 (/usr/bin/node), and',
  ],
  [
    'IO Error: Could not set lock on file "/d/a.db": Conflicting lock is held in /opt/my tool/x (PID 7) by user ann. See',
    'the file is in use by process 7 (/opt/my tool/x), and',
  ],
  [
    'IO Error: Could not set lock on file "/d/a.db": Conflicting lock is held (PID 7).',
    'the file is in use by process 7, and',
  ],
  [
    'IO Error: Cannot open file "/d/a.db": Permission denied',
    'IO Error: Cannot open file "/d/a.db": Permission',
  ],
])('%s', (text, problem) => {
  const error = openFailure('/d/a.db', new Error(text));
  expect(error).toMatchObject({ code: 'DATABASE_UNUSABLE', sqlState: '58030' });
  expect(error.message).toContain(
    `Cannot open the database /d/a.db (kyuubi.engine.duckdb.database): ${problem}`,
  );
});
