import { type Connection, neverAborted } from './connection/connection.ts';
import type { DuckDbOptions } from './options.ts';
import { literal } from './sql/quote.ts';

/** Settings that a session may have for itself and no other notices. Those not named here DuckDB locks. */
export const SESSION_SETTINGS: readonly string[] = [
  'asof_loop_join_threshold',
  'binary_as_string',
  'Calendar',
  'catalog_error_max_schemas',
  'default_collation',
  'default_null_order',
  'default_order',
  'deprecated_using_key_syntax',
  'disable_timestamptz_casts',
  'dynamic_or_filter_threshold',
  'enable_macro_dependencies',
  'enable_progress_bar',
  'enable_progress_bar_print',
  'enable_view_dependencies',
  'errors_as_json',
  'explain_output',
  'file_search_path',
  'ieee_floating_point_ops',
  'ignore_unknown_crs',
  'immediate_transaction_mode',
  'index_scan_max_count',
  'index_scan_percentage',
  'integer_division',
  'lambda_syntax',
  'late_materialization_max_rows',
  'max_expression_depth',
  'merge_join_threshold',
  'nested_loop_join_threshold',
  'null_order',
  'old_implicit_casting',
  'order_by_non_integer_literal',
  'ordered_aggregate_threshold',
  'partitioned_write_flush_threshold',
  'partitioned_write_max_open_files',
  'perfect_ht_threshold',
  'pivot_filter_threshold',
  'pivot_limit',
  'prefer_range_joins',
  'preserve_identifier_case',
  'preserve_insertion_order',
  'progress_bar_time',
  'scalar_subquery_error_on_multiple_rows',
  'schema',
  'search_path',
  'streaming_buffer_size',
  'TimeZone',
];

/**
 * Closes the doors that the options want closed. DuckDB keeps them closed itself: neither of the settings can be taken
 * back while the instance lives.
 */
export async function secureInstance(connection: Connection, options: DuckDbOptions): Promise<void> {
  const run = async (sql: string) => connection.run(neverAborted(), sql);
  if (!options.externalAccess) {
    if (options.allowedDirectories.length > 0) {
      await run(`SET allowed_directories = [${options.allowedDirectories.map(literal).join(', ')}]`);
    }
    // Not as an option of `create`: DuckDB would then refuse the temp directory.
    await run('SET enable_external_access = false');
  }
  if (options.globalSettings) return;
  await run(`SET allowed_configs = [${SESSION_SETTINGS.map(literal).join(', ')}]`);
  await run('SET lock_configuration = true');
}
