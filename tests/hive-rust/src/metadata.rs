use crate::checks::{equal, own_name, with};
use crate::client::{accepted, Session, Target};
use crate::Check;
use anyhow::{ensure, Context, Result};
use hive::service::rpc::thrift as hs2;
use hs2::TTCLIServiceSyncClient;
use serde_json::json;

pub fn named(name: &str) -> Option<Check> {
    Some(match name {
        "catalogs" => |target| with(target, |session| catalogs(session).map(|_| ())),
        "schemas" => |target| with(target, |session| contains(schemas(session, None)?, "default")),
        "table-types" => |target| with(target, |session| contains(table_types(session)?, "TABLE")),
        "type-info" => |target| with(target, |session| contains(type_info(session)?, "BIGINT")),
        "functions" => |target| with(target, |session| contains(functions(session, "abs")?, "abs")),
        "tables" => |target| with_tables(target, |session, at| is(&[&at.parent], tables(session, "default", &at.parent)?)),
        "columns" => |target| with_tables(target, |session, at| is(&["k1", "k2"], columns(session, &at.parent, "%")?)),
        "primary-keys" => |target| with_tables(target, |session, at| is(&["k1", "k2"], primary_keys(session, &at.parent)?)),
        "cross-reference" => |target| with_tables(target, |session, at| is(&["f1", "f2"], cross_reference(session, at)?)),
        "metadata-patterns" => |target| with_tables(target, patterns),
        "metadata-empty" => |target| with(target, empty),
        _ => return None,
    })
}

struct Tables {
    parent: String,
    child: String,
}

/// Runs a check while two tables are there, of which the child refers to the parent.
fn with_tables(target: &Target, check: impl FnOnce(&Session, &Tables) -> Result<()>) -> Result<()> {
    let at = Tables { parent: own_name("parent"), child: own_name("child") };
    with(target, |session| {
        session.run(&target.sql("createParent")?.replace("{table}", &at.parent))?;
        session.run(&target.sql("createChild")?.replace("{table}", &at.child).replace("{parent}", &at.parent))?;
        let result = check(session, &at);
        session.run(&format!("DROP TABLE {}", at.child))?;
        session.run(&format!("DROP TABLE {}", at.parent))?;
        result
    })
}

fn contains(found: Vec<String>, wanted: &str) -> Result<()> {
    ensure!(found.iter().any(|name| name == wanted), "{wanted} is not among {found:?}");
    Ok(())
}

fn is(wanted: &[&str], found: Vec<String>) -> Result<()> {
    equal(json!(wanted), json!(found), "names")
}

/// `%` and `_` are wildcards, a backslash takes that away.
fn patterns(session: &Session, at: &Tables) -> Result<()> {
    let parent = at.parent.as_str();
    is(&[parent], tables(session, "def%", &parent.replace('_', "\\_"))?)?;
    is(&[parent], tables(session, "de_ault", &parent.replace("parent", "p%"))?)?;
    is(&[parent], tables(session, "default", &parent.replace("parent", "par_nt"))?)?;
    is(&[], tables(session, "default", &parent.replace("parent", "par\\_nt"))?)?;
    is(&["k1"], columns(session, parent, "_1")?)?;
    is(&["default"], schemas(session, Some("d_fault"))?)
}

/// Nothing found is an answer with columns and without rows.
fn empty(session: &Session) -> Result<()> {
    is(&[], tables(session, "default", "no_such_table")?)?;
    is(&[], columns(session, "no_such_table", "%")?)?;
    is(&[], schemas(session, Some("no_such_schema"))?)?;
    is(&[], functions(session, "no_such_function")?)?;
    is(&[], primary_keys(session, "no_such_table")?)
}

/// One column of a call's answer.
macro_rules! names {
    ($session:expr, $call:ident, $label:literal, $request:expr) => {{
        let reply = $session.call(|service| service.$call($request))?;
        accepted(&reply.status)?;
        values($session, reply.operation_handle.context("no operation handle")?, $label)
    }};
}

fn values(session: &Session, operation: hs2::TOperationHandle, label: &str) -> Result<Vec<String>> {
    let columns = session.columns(&operation)?;
    let at = columns.iter().position(|column| column.column_name == label).context("no such column")?;
    let rows = session.all_of(operation)?;
    Ok(rows.iter().map(|row| row[at].as_str().unwrap_or_default().to_owned()).collect())
}

fn catalogs(session: &Session) -> Result<Vec<String>> {
    names!(session, get_catalogs, "TABLE_CAT", hs2::TGetCatalogsReq::new(session.handle.clone()))
}

fn schemas(session: &Session, schema: Option<&str>) -> Result<Vec<String>> {
    let request = hs2::TGetSchemasReq::new(session.handle.clone(), None, schema.map(str::to_owned));
    names!(session, get_schemas, "TABLE_SCHEM", request)
}

fn table_types(session: &Session) -> Result<Vec<String>> {
    names!(session, get_table_types, "TABLE_TYPE", hs2::TGetTableTypesReq::new(session.handle.clone()))
}

fn type_info(session: &Session) -> Result<Vec<String>> {
    names!(session, get_type_info, "TYPE_NAME", hs2::TGetTypeInfoReq::new(session.handle.clone()))
}

fn functions(session: &Session, name: &str) -> Result<Vec<String>> {
    let request = hs2::TGetFunctionsReq::new(session.handle.clone(), None, None, name.to_owned());
    names!(session, get_functions, "FUNCTION_NAME", request)
}

fn tables(session: &Session, schema: &str, table: &str) -> Result<Vec<String>> {
    let (schema, table) = (schema.to_owned(), table.to_owned());
    let request = hs2::TGetTablesReq::new(session.handle.clone(), None, schema, table, vec!["TABLE".to_owned()]);
    names!(session, get_tables, "TABLE_NAME", request)
}

fn columns(session: &Session, table: &str, column: &str) -> Result<Vec<String>> {
    let (schema, table, column) = ("default".to_owned(), table.to_owned(), column.to_owned());
    let request = hs2::TGetColumnsReq::new(session.handle.clone(), None, schema, table, column);
    names!(session, get_columns, "COLUMN_NAME", request)
}

fn primary_keys(session: &Session, table: &str) -> Result<Vec<String>> {
    let (schema, table) = ("default".to_owned(), table.to_owned());
    let request = hs2::TGetPrimaryKeysReq::new(session.handle.clone(), None, schema, table);
    names!(session, get_primary_keys, "COLUMN_NAME", request)
}

fn cross_reference(session: &Session, at: &Tables) -> Result<Vec<String>> {
    let schema = || Some("default".to_owned());
    let (handle, parent, child) = (session.handle.clone(), at.parent.clone(), at.child.clone());
    let request = hs2::TGetCrossReferenceReq::new(handle, None, schema(), parent, None, schema(), child);
    names!(session, get_cross_reference, "FKCOLUMN_NAME", request)
}
