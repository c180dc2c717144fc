package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/beltran/gohive"
	"github.com/beltran/gohive/hiveserver"
)

var metadataChecks = map[string]check{
	"catalogs":          finds("TABLE_CAT", getCatalogs),
	"schemas":           finds("TABLE_SCHEM", getSchemas(""), "default"),
	"table-types":       finds("TABLE_TYPE", getTableTypes, "TABLE"),
	"type-info":         finds("TYPE_NAME", getTypeInfo, "BOOLEAN", "INT", "BIGINT", "DOUBLE", "STRING", "DATE", "TIMESTAMP", "DECIMAL"),
	"functions":         finds("FUNCTION_NAME", getFunctions("abs"), "abs"),
	"tables":            withTables(isExactly("TABLE_NAME", getTables("default", parent, "TABLE"), parent)),
	"columns":           withTables(isExactly("COLUMN_NAME", getColumns(parent, "%"), "k1", "k2")),
	"primary-keys":      withTables(isExactly("COLUMN_NAME", getPrimaryKeys(parent), "k1", "k2")),
	"cross-reference":   withTables(isExactly("FKCOLUMN_NAME", getCrossReference, "f1", "f2")),
	"metadata-patterns": withTables(patterns),
	"metadata-empty":    onService(empty),
}

var parent, child = ownName("parent"), ownName("child")

// service is gohive's generated client over gohive's transport: gohive has no metadata calls of its own.
type service struct {
	*hiveserver.TCLIServiceClient
	session   *hiveserver.TSessionHandle
	transport thrift.TTransport
}

func (t target) openService() (*service, error) {
	transport, err := t.openTransport()
	if err != nil {
		return nil, err
	}
	client := hiveserver.NewTCLIServiceClientFactory(transport, thrift.NewTBinaryProtocolFactoryConf(nil))
	request := hiveserver.NewTOpenSessionReq()
	request.ClientProtocol = hiveserver.TProtocolVersion_HIVE_CLI_SERVICE_PROTOCOL_V6
	request.Username = &t.user
	response, err := client.OpenSession(background, request)
	if err != nil {
		return nil, err
	}
	return &service{client, response.SessionHandle, transport}, nil
}

func (t target) openTransport() (thrift.TTransport, error) {
	address := fmt.Sprintf("%s:%d", t.host, t.port)
	if t.transport == "http" {
		url := fmt.Sprintf("http://%s:x@%s/cliservice", t.user, address)
		return thrift.NewTHttpClientWithOptions(url, thrift.THttpClientOptions{Client: &http.Client{}})
	}
	socket := thrift.NewTSocketConf(address, nil)
	if err := socket.Open(); err != nil {
		return nil, err
	}
	if t.transport == "nosasl" {
		return thrift.NewTBufferedTransport(socket, 4096), nil
	}
	login := map[string]string{"username": t.user, "password": "x"}
	transport, err := gohive.NewTSaslTransport(socket, t.host, "PLAIN", login, gohive.DEFAULT_MAX_LENGTH)
	if err != nil {
		return nil, err
	}
	return transport, transport.Open()
}

func onService(use func(s *service) error) check {
	return func(t target) error {
		s, err := t.openService()
		if err != nil {
			return err
		}
		request := hiveserver.NewTCloseSessionReq()
		request.SessionHandle = s.session
		failure := use(s)
		_, err = s.CloseSession(background, request)
		return errors.Join(failure, err, s.transport.Close())
	}
}

// withTables runs a check while two tables are there, of which the child refers to the parent.
func withTables(use func(s *service) error) check {
	return connected(func(t target, connection *gohive.Connection) (failure error) {
		createParent := replace(t.sql["createParent"], "{table}", parent)
		createChild := replace(t.sql["createChild"], "{table}", child, "{parent}", parent)
		if err := run(connection, createParent, createChild); err != nil {
			return err
		}
		defer func() {
			failure = errors.Join(failure, run(connection, "DROP TABLE "+child, "DROP TABLE "+parent))
		}()
		return onService(use)(t)
	})
}

func finds(label string, ask call, wanted ...string) check {
	return onService(func(s *service) error {
		found, err := s.values(label, ask)
		if err != nil {
			return err
		}
		for _, name := range wanted {
			if !slices.Contains(found, name) {
				return fmt.Errorf("%s is not among %v", name, found)
			}
		}
		return nil
	})
}

func isExactly(label string, ask call, wanted ...string) func(s *service) error {
	return func(s *service) error {
		found, err := s.values(label, ask)
		if err != nil {
			return err
		}
		return equal(append([]string{}, wanted...), found, label)
	}
}

// values are those of one column of a call's answer.
func (s *service) values(label string, ask call) ([]string, error) {
	operation, status, err := ask(s)
	if err != nil {
		return nil, err
	}
	if status.StatusCode != hiveserver.TStatusCode_SUCCESS_STATUS {
		return nil, errors.New(status.String())
	}
	described := hiveserver.NewTGetResultSetMetadataReq()
	described.OperationHandle = operation
	metadata, err := s.GetResultSetMetadata(background, described)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(metadata.Schema.Columns, func(column *hiveserver.TColumnDesc) bool {
		return column.ColumnName == label
	})
	if at < 0 {
		return nil, fmt.Errorf("no column %s in %v", label, metadata.Schema)
	}
	fetch := hiveserver.NewTFetchResultsReq()
	fetch.OperationHandle, fetch.MaxRows = operation, 10_000
	result, err := s.FetchResults(background, fetch)
	if err != nil {
		return nil, err
	}
	return result.Results.Columns[at].StringVal.Values, s.closeOperation(operation)
}

func (s *service) closeOperation(operation *hiveserver.TOperationHandle) error {
	request := hiveserver.NewTCloseOperationReq()
	request.OperationHandle = operation
	_, err := s.CloseOperation(background, request)
	return err
}
