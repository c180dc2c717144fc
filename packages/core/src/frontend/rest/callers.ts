import { SenbonError } from '../../errors/senbon-error.ts';
import { checkUserName } from '../../session/user-name.ts';
import { CREDENTIALS_WANTED } from '../http-challenge.ts';
import { basicCredentials } from '../http-request.ts';

export interface CallersOptions {
  /** `kyuubi.server.administrators`. */
  readonly administrators: readonly string[];
  /** The OS user of this process, who is one, too. */
  readonly serverUser: string;
}

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
  administratorOf(request: CallerRequest): string {
    const authorization = request('authorization');
    const user = this.userOf(authorization);
    if (authorization === undefined) {
      throw new SenbonError('AUTHENTICATION_FAILED', { user, problem: CREDENTIALS_WANTED });
    }
    if (isOfAnotherSite(request) || !this.#administrators.has(user)) {
      throw new SenbonError('ADMIN_REQUIRED', { user });
    }
    return user;
  }
}

/** A header by its name in lower case. */
export type CallerRequest = (header: string) => string | undefined;

/** What a form can send without the browser asking the server first. */
const FORM_TYPE = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/**
 * A browser that knows the password, or was given one in the URL, sends it along with what another site's page asks for. It
 * says where that comes from: by Sec-Fetch-Site to HTTPS and localhost alone, by Origin with every POST.
 */
function isOfAnotherSite(request: CallerRequest): boolean {
  const site = request('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = request('origin');
  if (origin !== undefined && hostOf(origin) !== request('host')?.toLowerCase()) return true;
  return FORM_TYPE.test(request('content-type') ?? '');
}

/** `null` for an origin that is none, as that of a sandboxed page. */
function hostOf(origin: string): string | null {
  const host = URL.canParse(origin) ? new URL(origin).host : '';
  return host === '' ? null : host;
}
