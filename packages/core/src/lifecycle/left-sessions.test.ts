import { expect, it } from 'vitest';
import { NOBODY, parseLeft, sumOfLeft } from './left-sessions.ts';

const ann = { sessions: 2, users: [{ user: 'ann', sessions: 2 }] };

it('sums up who is left in several processes', () => {
  const more = {
    sessions: 4,
    users: [
      { user: 'bob', sessions: 3 },
      { user: 'ann', sessions: 1 },
    ],
  };
  expect(sumOfLeft(ann, more)).toEqual({
    sessions: 6,
    users: [
      { user: 'ann', sessions: 3 },
      { user: 'bob', sessions: 3 },
    ],
  });
  expect(sumOfLeft(ann, NOBODY)).toEqual(ann);
});

it('is what another process says, if that can be read', () => {
  expect(parseLeft(JSON.stringify(ann))).toEqual(ann);
  for (const text of ['', '{}', 'null', '{"sessions":-1,"users":[]}']) expect(parseLeft(text)).toBeNull();
});
