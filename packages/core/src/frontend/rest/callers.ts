import { SenbonError } from '../../errors/senbon-error.ts';
import { checkUserName } from '../../session/user-name.ts';
import { basicCredentials } from '../http-request.ts';

export interface CallersOptions {
  /** `kyuubi.server.administrators`. */
  readonly administrators: readonly string[];
  /** The OS user of this process, who is one, too. */
  readonly serverUser: string;
}

const CREDENTIALS_WANTED = 'send HTTP Basic credentials';

/** Who calls the REST API. Nobody's password is checked yet, as in Kyuubi without authentication. */
export class Callers {
  readonly #administrators: ReadonlySet<string>;

  constructor({ administrators, serverUser }: CallersOptions) {
    this.#administrators = new Set([...administrators, serverUser]);
  }

  /** The user of a Basic header, `anonymous` without any. Throws AUTHENTICATION_FAILED. */
  userOf(authorization: string | undefined): string {
    if (authorization === undefined) return 'anonymous';
    const credentials = basicCredentials(authorization);
    if (credentials === null) {
      throw new SenbonError('AUTHENTICATION_FAILED', { user: '""', problem: CREDENTIALS_WANTED });
    }
    return checkUserName(credentials.user) || 'anonymous';
  }

  /**
   * The same, if it is an administrator's. Unlike in Kyuubi not everybody is one where no password is checked: a page in
   * somebody's browser could stop gateways. Throws AUTHENTICATION_FAILED, ADMIN_REQUIRED.
   */
  administratorOf(authorization: string | undefined, site: string | undefined): string {
    const user = this.userOf(authorization);
    if (authorization === undefined) {
      throw new SenbonError('AUTHENTICATION_FAILED', { user, problem: CREDENTIALS_WANTED });
    }
    // A browser that knows the password sends it along with what another site's page asks for.
    const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (isForeign || !this.#administrators.has(user)) throw new SenbonError('ADMIN_REQUIRED', { user });
    return user;
  }
}
