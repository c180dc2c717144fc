import type { ExecutorResult } from '@senbon/engine-host';
import type { HiveCommand } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { assignSetting, listSettings, resetSettings, showSetting } from './set-commands.ts';
import {
  describeTable,
  showColumns,
  showCreateTable,
  showDatabases,
  showFunctions,
  showTables,
} from './show-commands.ts';
import { currentDatabase, useDatabase } from './use-command.ts';

export async function runHiveCommand(command: HiveCommand, context: CommandContext): Promise<ExecutorResult> {
  switch (command.kind) {
    case 'setList':
      return await listSettings(context, command.withEngine);
    case 'setShow':
      return await showSetting(context, command.key);
    case 'setAssign':
      return await assignSetting(context, command.key, command.value);
    case 'reset':
      return await resetSettings(context, command.key);
    case 'use':
      return await useDatabase(context, command.name);
    case 'currentDatabase':
      return await currentDatabase(context);
    case 'showDatabases':
      return await showDatabases(context, command.pattern);
    case 'showTables':
      return await showTables(context, command);
    case 'showColumns':
      return await showColumns(context, command.table);
    case 'showCreateTable':
      return await showCreateTable(context, command.table);
    case 'showFunctions':
      return await showFunctions(context, command.pattern);
    case 'describe':
      return await describeTable(context, command.table);
  }
}
