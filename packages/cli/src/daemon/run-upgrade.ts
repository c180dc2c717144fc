import { messageOf } from '@senbon/core';
import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { askToUpgrade, statusOf } from '../upgrade/control-client.ts';
import { controlPath, type UpgradeReply } from '../upgrade/protocol.ts';
import type { GatewayCommand } from './gateway-command.ts';
import { endOfLog, moveIfPresent, rotateLog } from './log-rotation.ts';

export interface UpgradeInput {
  /** The gateway that runs. */
  readonly pid: number;
  readonly pidDir: string;
  /** Of the version that is to take its place. */
  readonly command: GatewayCommand;
  readonly logFile: string;
  readonly maxLogFiles: number;
}

export type UpgradeOutcome =
  /** `warning`: what went wrong after the new process had taken the place. */
  | { readonly kind: 'upgraded'; readonly pid: number; readonly warning: string | null }
  | { readonly kind: 'refused'; readonly problem: string; readonly log: string; readonly logFile: string };

/** Asks the running gateway to start its successor. A failed one leaves its log in a file of its own, and all else as it was. */
export async function runUpgrade(input: UpgradeInput): Promise<UpgradeOutcome> {
  const { logFile } = input;
  // Another upgrade may be under way, and its process writes to its own.
  const draft = `${logFile}.${randomUUID()}`;
  const reply = await ask(input, draft);
  if ('pid' in reply) return { kind: 'upgraded', pid: reply.pid, warning: await settleLog(input, draft) };
  const log = await endOfLog(draft);
  const failed = `${logFile}.upgrade`;
  await moveIfPresent(draft, failed);
  return { kind: 'refused', problem: reply.problem, log, logFile: failed };
}

async function ask({ pid, pidDir, command }: UpgradeInput, logFile: string): Promise<UpgradeReply> {
  const path = controlPath(pidDir, pid);
  try {
    // One that hangs is told from one whose successor takes its time.
    await statusOf(path);
    return await askToUpgrade(path, { ...command, args: [...command.args], logFile });
  } catch (error) {
    const problem = `it does not answer at ${path} (${messageOf(error)}); its log says why, if it is not of a version before 0.1.0`;
    return { problem };
  }
}

/** The new process serves by now, whatever becomes of its log's name. Returns what went wrong. */
async function settleLog({ logFile, maxLogFiles }: UpgradeInput, draft: string): Promise<string | null> {
  try {
    await rotateLog(logFile, maxLogFiles);
    await rename(draft, logFile);
    return null;
  } catch (error) {
    return `Its log is ${draft}, which could not be renamed to ${logFile}: ${messageOf(error)}`;
  }
}
