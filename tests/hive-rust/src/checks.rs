use crate::client::{Session, Target};
use crate::Check;
use anyhow::{bail, ensure, Context, Result};
use hive::service::rpc::thrift as hs2;
use hs2::TOperationState as State;
use hs2::TTCLIServiceSyncClient;
use serde_json::{json, Value};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

const MANY_ROWS: usize = 100_000;
/// Long enough for a statement to run on the engine, not only to be on its way there.
const BEFORE_CANCEL: Duration = Duration::from_secs(1);
const CANCEL_TAKES_EFFECT: Duration = Duration::from_secs(3);

pub fn named(name: &str) -> Option<Check> {
    Some(match name {
        "select-1" => |target| with(target, is_usable),
        "typed-row" => typed_row,
        "null-row" => |target| gives(target, &target.sql("nullRow")?, json!([vec![Value::Null; 12]])),
        "result-metadata" => result_metadata,
        "rows-100k" => |target| many_rows(target, 1_000),
        "rows-100k-small-fetches" => |target| many_rows(target, 97),
        "rows-100k-large-fetches" => |target| many_rows(target, 30_000),
        "empty-result" => |target| gives(target, &target.sql("emptyResult")?, json!([])),
        "unicode" => unicode,
        "quotes" => quotes,
        "binary" => binary,
        "statement-without-rows" => statement_without_rows,
        "session-state" => session_state,
        "session-isolation" => session_isolation,
        "syntax-error" => |target| fails_with_42(target, "syntaxError"),
        "unknown-table" => |target| fails_with_42(target, "unknownTable"),
        "cancel" => cancel,
        "query-timeout" => query_timeout,
        "operation-log" => operation_log,
        "reopen" => reopen,
        "connections-20" => connections_20,
        _ => return None,
    })
}

pub fn with(target: &Target, check: impl FnOnce(&Session) -> Result<()>) -> Result<()> {
    let session = target.open()?;
    check(&session)?;
    session.close()
}

fn gives(target: &Target, sql: &str, wanted: Value) -> Result<()> {
    with(target, |session| equal(wanted, session.rows(sql)?.into(), sql))
}

pub fn equal(wanted: Value, got: Value, what: &str) -> Result<()> {
    ensure!(wanted == got, "{what}: wanted {wanted}, got {got}");
    Ok(())
}

/// One name per run: other runs may share the engine.
pub fn own_name(name: &str) -> String {
    format!("checks_{name}_{}", process::id())
}

pub fn is_usable(session: &Session) -> Result<()> {
    equal(json!([[1]]), session.rows("SELECT 1")?.into(), "SELECT 1")
}

fn typed_row(target: &Target) -> Result<()> {
    let numbers = json!([true, -128, 32767, -2147483648i32, 9223372036854775807i64, 1.5, -2.5e100]);
    let texts = json!(["-12345678.90", "senbon", "1969-12-31", "2024-02-29 12:34:56.789123", [0, 255, 65]]);
    let row = [numbers.as_array(), texts.as_array()].into_iter().flatten().flatten().cloned();
    gives(target, &target.sql("typedRow")?, json!([row.collect::<Vec<_>>()]))
}

fn result_metadata(target: &Target) -> Result<()> {
    use hs2::TTypeId as Type;
    let wanted = [
        ("c_boolean", Type::BOOLEAN_TYPE),
        ("c_tinyint", Type::TINYINT_TYPE),
        ("c_smallint", Type::SMALLINT_TYPE),
        ("c_int", Type::INT_TYPE),
        ("c_bigint", Type::BIGINT_TYPE),
        ("c_float", Type::FLOAT_TYPE),
        ("c_double", Type::DOUBLE_TYPE),
        ("c_decimal", Type::DECIMAL_TYPE),
        ("c_string", Type::STRING_TYPE),
        ("c_date", Type::DATE_TYPE),
        ("c_timestamp", Type::TIMESTAMP_TYPE),
        ("c_binary", Type::BINARY_TYPE),
    ];
    with(target, |session| {
        let operation = session.execute(&target.sql("typedRow")?)?;
        for (column, (name, type_id)) in session.columns(&operation)?.iter().zip(wanted) {
            let Some(hs2::TTypeEntry::PrimitiveEntry(entry)) = column.type_desc.types.first() else {
                bail!("{column:?} is not of a primitive type");
            };
            ensure!(column.column_name == name && entry.type_ == type_id, "{name}: got {column:?}");
        }
        session.close_operation(operation)
    })
}

fn many_rows(target: &Target, fetch_size: i64) -> Result<()> {
    with(target, |session| {
        let operation = session.execute(&target.sql("manyRows")?)?;
        let mut count = 0;
        loop {
            let rows = session.fetch(&operation, fetch_size, 0)?;
            if rows.is_empty() {
                ensure!(count == MANY_ROWS, "{count} rows");
                return session.close_operation(operation);
            }
            for row in rows {
                ensure!(row == [json!(count), json!(format!("row {count}"))], "row {count} is {row:?}");
                count += 1;
            }
        }
    })
}

fn unicode(target: &Target) -> Result<()> {
    let wanted = "Žluťoučký kůň, 千本鳥居 🦊 e\u{301}, \"quoted\"";
    let sql = format!("SELECT '{wanted}' AS s, length('千本🦊') AS n");
    gives(target, &sql, json!([[wanted, 3]]))
}

fn quotes(target: &Target) -> Result<()> {
    let sql = r#"SELECT 'it''s' AS a, '"' AS b, ';' AS c, '-- no comment' AS d, '' AS e /* ; ' */ -- '"#;
    gives(target, sql, json!([["it's", "\"", ";", "-- no comment", ""]]))
}

fn binary(target: &Target) -> Result<()> {
    let all: Vec<u8> = (0..=255).collect();
    gives(target, &target.sql("allBytes")?, json!([[all]]))?;
    gives(target, "SELECT unhex('') AS a, unhex(NULL) AS b", json!([[[], null]]))
}

fn statement_without_rows(target: &Target) -> Result<()> {
    with(target, |session| {
        let operation = session.start("USE `default`", 0)?;
        let status = session.end_of(&operation)?;
        ensure!(status.has_result_set == Some(false), "it has rows: {status:?}");
        session.close_operation(operation)?;
        is_usable(session)
    })
}

fn session_state(target: &Target) -> Result<()> {
    let schema = own_name("schema");
    with(target, |session| {
        session.run(&format!("CREATE SCHEMA {schema}"))?;
        session.run(&format!("USE {schema}"))?;
        equal(json!([[schema]]), session.rows("SELECT current_schema()")?.into(), "schema")?;
        session.run("SET checks.level=high")?;
        equal(json!([["checks.level", "high"]]), session.rows("SET checks.level")?.into(), "SET")?;
        session.run("CREATE TEMPORARY VIEW checks_view AS SELECT 42 AS n")?;
        equal(json!([[42]]), session.rows("SELECT n FROM checks_view")?.into(), "view")?;
        session.run("USE `default`")?;
        session.run(&format!("DROP SCHEMA {schema}"))
    })
}

fn session_isolation(target: &Target) -> Result<()> {
    with(target, |session| {
        session.run("SET checks.level=high")?;
        session.run("CREATE TEMPORARY VIEW checks_view AS SELECT 42 AS n")?;
        with(target, |other| {
            ensure!(other.rows("SELECT n FROM checks_view").is_err(), "the other session sees the view");
            equal(json!([["checks.level", "<undefined>"]]), other.rows("SET checks.level")?.into(), "SET")?;
            other.run("CREATE TEMPORARY VIEW checks_view AS SELECT 43 AS n")
        })?;
        equal(json!([[42]]), session.rows("SELECT n FROM checks_view")?.into(), "view")
    })
}

fn fails_with_42(target: &Target, key: &str) -> Result<()> {
    let sql = target.sql(key)?;
    with(target, |session| {
        let later = session.start(&sql, 0)?;
        let status = session.end_of(&later)?;
        ensure!(status.operation_state == Some(State::ERROR_STATE), "{status:?}");
        is_class_42(status.sql_state, status.error_message)?;
        session.close_operation(later)?;
        let request = hs2::TExecuteStatementReq::new(session.handle.clone(), sql.clone(), None, false, None);
        let at_once = session.call(|service| service.execute_statement(request))?.status;
        is_class_42(at_once.sql_state, at_once.error_message)?;
        is_usable(session)
    })
}

fn is_class_42(sql_state: Option<String>, message: Option<String>) -> Result<()> {
    let (state, text) = (sql_state.context("no SQLSTATE")?, message.context("no message")?);
    ensure!(state.len() == 5 && state.starts_with("42") && text.len() > 10, "{state}: {text}");
    Ok(())
}

/// One thread waits on a connection, the other cancels on a second one of the same user.
fn cancel(target: &Target) -> Result<()> {
    with(target, |session| {
        let operation = session.start(&target.sql("slow")?, 0)?;
        thread::scope(|scope| {
            let waiting = scope.spawn(|| session.end_of(&operation).map(|status| (status, Instant::now())));
            thread::sleep(BEFORE_CANCEL);
            ensure!(!waiting.is_finished(), "the statement ended by itself");
            let cancelled = Instant::now();
            target.connect()?.cancel_operation(hs2::TCancelOperationReq::new(operation.clone()))?;
            let (status, ended) = waiting.join().expect("no panic")?;
            ensure!(status.operation_state == Some(State::CANCELED_STATE), "{status:?}");
            ensure!(ended - cancelled < CANCEL_TAKES_EFFECT, "cancel took {:?}", ended - cancelled);
            Ok(())
        })?;
        session.close_operation(operation)?;
        is_usable(session)
    })
}

fn query_timeout(target: &Target) -> Result<()> {
    with(target, |session| {
        let operation = session.start(&target.sql("slow")?, 1)?;
        let status = session.end_of(&operation)?;
        ensure!(status.operation_state == Some(State::TIMEDOUT_STATE), "{status:?}");
        session.close_operation(operation)?;
        is_usable(session)
    })
}

fn operation_log(target: &Target) -> Result<()> {
    with(target, |session| {
        let operation = session.execute("SELECT 42 AS n")?;
        let text = json!(session.fetch(&operation, 1_000, 1)?).to_string();
        ensure!(text.contains("SELECT 42 AS n") && text.contains("FINISHED"), "the log is {text}");
        ensure!(session.fetch(&operation, 1_000, 1)?.is_empty(), "each line comes once");
        session.close_operation(operation)
    })
}

fn reopen(target: &Target) -> Result<()> {
    with(target, is_usable)?;
    with(target, is_usable)
}

fn connections_20(target: &Target) -> Result<()> {
    thread::scope(|scope| {
        let one = |at: i32| gives(target, &format!("SELECT {at}"), json!([[at]]));
        let threads: Vec<_> = (0..20).map(|at| scope.spawn(move || one(at))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
    })
}
