import type { CallOptions } from './discovery.ts';

/**
 * Which group a user belongs to, for share level GROUP. A plugin package exports `groupProvider: GroupProvider`; it is loaded
 * by package name from `kyuubi.session.group.provider`.
 */
export interface GroupProvider {
  /** Short name for logs and errors, as in `os`. */
  readonly name: string;
  /**
   * The user's primary group: users of one group share engines. The name is as the client gave it and authentication left it;
   * without authentication it may be anything. Rejects when the user is not known.
   */
  primaryGroupOf(user: string, call: CallOptions): Promise<string>;
}
