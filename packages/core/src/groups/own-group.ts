import type { GroupProvider } from '../ports/groups.ts';

/** Every user is its own group. */
export const ownGroup: GroupProvider = {
  name: 'user',
  primaryGroupOf: (user) => Promise.resolve(user),
};
