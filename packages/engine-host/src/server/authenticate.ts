import { type AreaConfig, type Clock, SenbonError, verifyGatewayToken } from '@senbon/core';
import type { SaslCredentials } from '@senbon/hive-thrift';
import type { engineHostArea } from '../config.ts';

export interface AuthenticatorOptions {
  readonly config: AreaConfig<typeof engineHostArea>;
  readonly secret: Uint8Array;
  readonly clock: Clock;
}

/** Lets in gateways of the server space only: they alone can make a token. Returns the user. */
export function createAuthenticator(options: AuthenticatorOptions): (credentials: SaslCredentials) => string {
  const { config, secret, clock } = options;
  return ({ user, password }) => {
    if (user === '')
      throw new SenbonError('AUTHENTICATION_FAILED', { user, problem: 'no user name was sent' });
    if (config.securityEnabled) {
      verifyGatewayToken(secret, password, {
        user,
        nowMs: clock.now(),
        maxLifetimeMs: config.tokenLifetimeMs,
      });
    }
    return user;
  };
}
