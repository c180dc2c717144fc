import {
  type AreaConfig,
  type Clock,
  SenbonError,
  type TokenAudience,
  verifyGatewayToken,
} from '@senbon/core';
import type { SaslCredentials } from '@senbon/hive-thrift';
import type { engineHostArea } from '../config.ts';

export interface AuthenticatorOptions {
  readonly config: AreaConfig<typeof engineHostArea>;
  readonly secret: Uint8Array;
  /** This engine as it is registered. */
  readonly engine: () => TokenAudience;
  readonly clock: Clock;
}

export interface Authenticated {
  readonly user: string;
  /** Which gateway process connects; `null` when it does not say. */
  readonly gateway: string | null;
}

export type Authenticate = (credentials: SaslCredentials) => Authenticated;

/** Lets in gateways of the server space only: they alone can make a token. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { config, secret, engine, clock } = options;
  return ({ user, password }) => {
    if (user === '')
      throw new SenbonError('AUTHENTICATION_FAILED', { user, problem: 'no user name was sent' });
    if (!config.securityEnabled) return { user, gateway: null };
    const gateway = verifyGatewayToken(secret, password, {
      user,
      engine: engine(),
      nowMs: clock.now(),
      maxLifetimeMs: config.tokenLifetimeMs,
    });
    return { user, gateway };
  };
}
