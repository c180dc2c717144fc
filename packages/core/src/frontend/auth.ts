import { type AreaConfig, key, list } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import { checkUserName } from '../session/user-name.ts';

export const authArea = {
  authentication: key(
    'kyuubi.authentication',
    list,
    'NONE',
    'NONE (SASL PLAIN or HTTP Basic, any password) or NOSASL.',
  ),
} as const;

export type AuthMode = 'NONE' | 'NOSASL';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Throws CONFIG_INVALID for what this build does not have, rather than letting everybody in. */
export function authModeOf(config: AreaConfig<typeof authArea>): AuthMode {
  const modes = config.authentication.map((mode) => mode.toUpperCase());
  const [mode] = modes;
  if (modes.length === 1 && (mode === 'NONE' || mode === 'NOSASL')) return mode;
  throw new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.authentication',
    value: JSON.stringify(config.authentication.join(',')),
    where: 'kyuubi.authentication',
    problem: 'only NONE and NOSASL are supported so far',
  });
}

/** NONE believes the user, but wants one, and a password that is not empty, as in Kyuubi. Throws AUTHENTICATION_FAILED. */
export function authenticate(credentials: Credentials): string {
  const { password } = credentials;
  const user = checkUserName(credentials.user);
  if (user === '')
    throw new SenbonError('AUTHENTICATION_FAILED', { user: '""', problem: 'No user name provided' });
  if (password === '')
    throw new SenbonError('AUTHENTICATION_FAILED', { user, problem: 'No password name provided' });
  return user;
}
