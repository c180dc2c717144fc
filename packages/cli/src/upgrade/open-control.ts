import { type Gateway, type Logger, messageOf } from '@senbon/core';
import { dirname } from 'node:path';
import { PidFile } from '../daemon/pid-file.ts';
import { ControlSocket } from './control-socket.ts';
import { controlPath, doorsOf } from './protocol.ts';
import { Upgrade } from './upgrade.ts';

export interface ControlInput {
  /** Beside the pid file. */
  readonly doorFile: string;
  readonly isEmbedded: boolean;
  readonly log: Logger;
}

/** `null` where there can be none: such a gateway serves as any other, and cannot be upgraded. */
export async function openControl(
  gateway: Gateway,
  { doorFile, isEmbedded, log }: ControlInput,
): Promise<ControlSocket | null> {
  const pidDir = dirname(doorFile);
  const upgrade = new Upgrade({
    gateway,
    isEmbedded,
    doors: doorsOf(pidDir, process.pid),
    appoint: (pid) => PidFile.besideDoor(doorFile).write(pid),
    logger: log,
  });
  try {
    return await ControlSocket.open(controlPath(pidDir, process.pid), { gateway, upgrade });
  } catch (error) {
    log.warn(`kyuubi upgrade will not work: ${messageOf(error)}`);
    return null;
  }
}
