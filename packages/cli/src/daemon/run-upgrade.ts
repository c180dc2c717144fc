import { messageOf } from '@senbon/core';
import { rename, rm } from 'node:fs/promises';
import { askToUpgrade } from '../upgrade/control-client.ts';
import { controlPath, type UpgradeReply } from '../upgrade/protocol.ts';
import type { GatewayCommand } from './gateway-command.ts';
import { endOfLog, rotateLog } from './log-rotation.ts';

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
  | { readonly kind: 'upgraded'; readonly pid: number }
  | { readonly kind: 'refused'; readonly problem: string; readonly log: string; readonly logFile: string };

/** Asks the running gateway to start its successor. A failed one leaves its log in a file of its own, and all else as it was. */
export async function runUpgrade(input: UpgradeInput): Promise<UpgradeOutcome> {
  const { logFile, maxLogFiles } = input;
  const draft = `${logFile}.upgrade`;
  await rm(draft, { force: true });
  const reply = await ask(input, draft);
  if ('problem' in reply) {
    return { kind: 'refused', problem: reply.problem, log: await endOfLog(draft), logFile: draft };
  }
  await rotateLog(logFile, maxLogFiles);
  await rename(draft, logFile);
  return { kind: 'upgraded', pid: reply.pid };
}

async function ask({ pid, pidDir, command }: UpgradeInput, logFile: string): Promise<UpgradeReply> {
  try {
    return await askToUpgrade(controlPath(pidDir, pid), { ...command, args: [...command.args], logFile });
  } catch (error) {
    const problem = `it does not answer at ${controlPath(pidDir, pid)} (${messageOf(error)}); its log says why, if it is not of a version before 0.1.0`;
    return { problem };
  }
}
