use anyhow::{bail, Context, Result};
use hive::service::rpc::thrift as hs2;
use hs2::transport::TSaslClientTransport;
use hs2::TTCLIServiceSyncClient;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Mutex;
use thrift::protocol::{TBinaryInputProtocol, TBinaryOutputProtocol};
use thrift::transport::{TBufferedReadTransport, TBufferedWriteTransport, TIoChannel, TTcpChannel};

type Service = hs2::TCLIServiceSyncClient<
    TBinaryInputProtocol<Box<dyn Read + Send>>,
    TBinaryOutputProtocol<Box<dyn Write + Send>>,
>;

/// Where a check connects. Each check opens connections of its own.
#[derive(Clone)]
pub struct Target {
    pub transport: String,
    pub address: String,
    pub user: String,
    pub sql: BTreeMap<String, String>,
}

impl Target {
    pub fn sql(&self, key: &str) -> Result<String> {
        self.sql.get(key).cloned().with_context(|| format!("no statement '{key}'"))
    }

    /// A connection without a session.
    pub fn connect(&self) -> Result<Service> {
        let mut channel = TTcpChannel::new();
        channel.open(&self.address)?;
        let (input, output): (Box<dyn Read + Send>, Box<dyn Write + Send>) = match self.transport.as_str() {
            "binary" => {
                let sasl = TSaslClientTransport::new(channel, self.user.clone(), b"x".to_vec());
                let (input, output) = sasl.open()?.split()?;
                (Box::new(input), Box::new(output))
            }
            "nosasl" => {
                let (input, output) = channel.split()?;
                (Box::new(TBufferedReadTransport::new(input)), Box::new(TBufferedWriteTransport::new(output)))
            }
            other => bail!("no transport '{other}'"),
        };
        Ok(Service::new(TBinaryInputProtocol::new(input, true), TBinaryOutputProtocol::new(output, true)))
    }

    pub fn open(&self) -> Result<Session> {
        let mut service = self.connect()?;
        let version = hs2::TProtocolVersion::HIVE_CLI_SERVICE_PROTOCOL_V10;
        let opened = service.open_session(hs2::TOpenSessionReq::new(version, self.user.clone(), None, None))?;
        accepted(&opened.status)?;
        let handle = opened.session_handle.context("no session handle")?;
        Ok(Session { handle, service: Mutex::new(service) })
    }
}

pub fn accepted(status: &hs2::TStatus) -> Result<()> {
    if matches!(status.status_code, hs2::TStatusCode::SUCCESS_STATUS | hs2::TStatusCode::SUCCESS_WITH_INFO_STATUS) {
        return Ok(());
    }
    bail!("{:?}: {:?}", status.sql_state, status.error_message)
}

pub type Rows = Vec<Vec<serde_json::Value>>;

pub struct Session {
    pub handle: hs2::TSessionHandle,
    service: Mutex<Service>,
}

impl Session {
    /// hive-rust is generated code alone: this is what a program writes around it.
    pub fn call<T>(&self, ask: impl FnOnce(&mut Service) -> thrift::Result<T>) -> Result<T> {
        Ok(ask(&mut self.service.lock().expect("no panic holds it"))?)
    }

    pub fn start(&self, sql: &str, timeout_s: i64) -> Result<hs2::TOperationHandle> {
        let request = hs2::TExecuteStatementReq::new(self.handle.clone(), sql.to_owned(), None, true, timeout_s);
        let started = self.call(|service| service.execute_statement(request))?;
        accepted(&started.status)?;
        started.operation_handle.context("no operation handle")
    }

    /// Waits until the operation is at its end, whatever that is.
    pub fn end_of(&self, operation: &hs2::TOperationHandle) -> Result<hs2::TGetOperationStatusResp> {
        use hs2::TOperationState as State;
        loop {
            let request = hs2::TGetOperationStatusReq::new(operation.clone(), false);
            let status = self.call(|service| service.get_operation_status(request))?;
            accepted(&status.status)?;
            match status.operation_state.context("no state")? {
                State::INITIALIZED_STATE | State::PENDING_STATE | State::RUNNING_STATE => (),
                _ => return Ok(status),
            }
        }
    }

    pub fn execute(&self, sql: &str) -> Result<hs2::TOperationHandle> {
        let operation = self.start(sql, 0)?;
        let status = self.end_of(&operation)?;
        if status.operation_state == Some(hs2::TOperationState::FINISHED_STATE) {
            return Ok(operation);
        }
        bail!("{sql}: {:?}: {:?}", status.sql_state, status.error_message)
    }

    pub fn run(&self, sql: &str) -> Result<()> {
        let operation = self.execute(sql)?;
        self.close_operation(operation)
    }

    pub fn rows(&self, sql: &str) -> Result<Rows> {
        let operation = self.execute(sql)?;
        self.all_of(operation)
    }

    pub fn all_of(&self, operation: hs2::TOperationHandle) -> Result<Rows> {
        let mut all = Rows::new();
        loop {
            let rows = self.fetch(&operation, 10_000, 0)?;
            if rows.is_empty() {
                self.close_operation(operation)?;
                return Ok(all);
            }
            all.extend(rows);
        }
    }

    /// The next rows, or with `fetch_type` 1 lines of the log; BINARY as an array of numbers.
    pub fn fetch(&self, operation: &hs2::TOperationHandle, max_rows: i64, fetch_type: i16) -> Result<Rows> {
        let next = hs2::TFetchOrientation::FETCH_NEXT;
        let request = hs2::TFetchResultsReq::new(operation.clone(), next, max_rows, fetch_type);
        let reply = self.call(|service| service.fetch_results(request))?;
        accepted(&reply.status)?;
        let columns = reply.results.context("no results")?.columns.context("no columns")?;
        Ok(transposed(columns.into_iter().map(values).collect()))
    }

    pub fn columns(&self, operation: &hs2::TOperationHandle) -> Result<Vec<hs2::TColumnDesc>> {
        let request = hs2::TGetResultSetMetadataReq::new(operation.clone());
        let reply = self.call(|service| service.get_result_set_metadata(request))?;
        accepted(&reply.status)?;
        Ok(reply.schema.context("no schema")?.columns)
    }

    pub fn close_operation(&self, operation: hs2::TOperationHandle) -> Result<()> {
        let reply = self.call(|service| service.close_operation(hs2::TCloseOperationReq::new(operation)))?;
        accepted(&reply.status)
    }

    pub fn close(self) -> Result<()> {
        let request = hs2::TCloseSessionReq::new(self.handle.clone());
        let reply = self.call(|service| service.close_session(request))?;
        accepted(&reply.status)
    }
}

fn values(column: hs2::TColumn) -> Vec<serde_json::Value> {
    fn shown<T: Into<serde_json::Value>>(values: Vec<T>, nulls: &[u8]) -> Vec<serde_json::Value> {
        let is_null = |at: usize| nulls.get(at / 8).is_some_and(|bits| bits >> (at % 8) & 1 == 1);
        let shown = |(at, value): (usize, T)| if is_null(at) { serde_json::Value::Null } else { value.into() };
        values.into_iter().enumerate().map(shown).collect()
    }
    match column {
        hs2::TColumn::BoolVal(it) => shown(it.values, &it.nulls),
        hs2::TColumn::ByteVal(it) => shown(it.values, &it.nulls),
        hs2::TColumn::I16Val(it) => shown(it.values, &it.nulls),
        hs2::TColumn::I32Val(it) => shown(it.values, &it.nulls),
        hs2::TColumn::I64Val(it) => shown(it.values, &it.nulls),
        hs2::TColumn::DoubleVal(it) => shown(it.values.into_iter().map(f64::from).collect(), &it.nulls),
        hs2::TColumn::StringVal(it) => shown(it.values, &it.nulls),
        hs2::TColumn::BinaryVal(it) => shown(it.values, &it.nulls),
    }
}

fn transposed(columns: Rows) -> Rows {
    let count = columns.first().map_or(0, Vec::len);
    let row = |at: usize| columns.iter().map(|column| column[at].clone()).collect();
    (0..count).map(row).collect()
}
