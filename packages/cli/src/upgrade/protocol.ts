import type { Doors } from '@senbon/core';
import { join } from 'node:path';
import { z } from 'zod';

/** What `kyuubi upgrade` asks of the running gateway. */
export const upgradeRequest = z.object({
  command: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  /** Where the new process writes its log. */
  logFile: z.string(),
});
export type UpgradeRequest = Readonly<z.infer<typeof upgradeRequest>>;

export const upgradeReply = z.union([
  /** The new process, which serves. */
  z.object({ pid: z.number().int() }),
  z.object({ problem: z.string() }),
]);
export type UpgradeReply = Readonly<z.infer<typeof upgradeReply>>;

export const gatewayStatus = z.object({ state: z.string(), openSessions: z.number().int() });
export type GatewayStatus = Readonly<z.infer<typeof gatewayStatus>>;

export const UPGRADE_PATH = '/upgrade';
export const STATUS_PATH = '/status';

/** Beside the pid file. Short, as the path of a Unix socket is bounded. */
export function controlPath(pidDir: string, pid: number): string {
  return join(pidDir, `kyuubi-${pid}.sock`);
}

export const CONTROL_NAME = /^kyuubi-(\d+)\.sock$/;

/** Where `pid` and the process that takes its place serve each other's clients. */
export function doorsOf(pidDir: string, pid: number): Doors {
  return {
    backDoor: join(pidDir, `kyuubi-${pid}-calls.sock`),
    ownDoor: join(pidDir, `kyuubi-${pid}-next.sock`),
  };
}
