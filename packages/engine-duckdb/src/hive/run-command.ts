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
      return listSettings(context, command.withEngine);
    case 'setShow':
      return showSetting(context, command.key);
    case 'setAssign':
      return assignSetting(context, command);
    case 'reset':
      return resetSettings(context, command);
    case 'use':
      return useDatabase(context, command.name);
    case 'currentDatabase':
      return currentDatabase(context);
    case 'showDatabases':
      return showDatabases(context, command.pattern);
    case 'showTables':
      return showTables(context, command);
    case 'showColumns':
      return showColumns(context, command.table);
    case 'showCreateTable':
      return showCreateTable(context, command.table);
    case 'showFunctions':
      return showFunctions(context, command.pattern);
    case 'describe':
      return describeTable(context, command.table);
  }
}
