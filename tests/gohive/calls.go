package main

import (
	"errors"
	"strings"

	"github.com/beltran/gohive/hiveserver"
)

// call is one metadata call with its arguments.
type call func(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error)

// answer is what all metadata calls have in common.
type answer interface {
	GetOperationHandle() *hiveserver.TOperationHandle
	GetStatus() *hiveserver.TStatus
}

func of(response answer, err error) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
	if err != nil {
		return nil, nil, err
	}
	return response.GetOperationHandle(), response.GetStatus(), nil
}

func getCatalogs(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
	return of(s.GetCatalogs(background, &hiveserver.TGetCatalogsReq{SessionHandle: s.session}))
}

func getTableTypes(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
	return of(s.GetTableTypes(background, &hiveserver.TGetTableTypesReq{SessionHandle: s.session}))
}

func getTypeInfo(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
	return of(s.GetTypeInfo(background, &hiveserver.TGetTypeInfoReq{SessionHandle: s.session}))
}

func getSchemas(schema string) call {
	return func(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
		request := &hiveserver.TGetSchemasReq{SessionHandle: s.session, SchemaName: pattern(schema)}
		return of(s.GetSchemas(background, request))
	}
}

func getFunctions(name string) call {
	return func(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
		request := &hiveserver.TGetFunctionsReq{SessionHandle: s.session, FunctionName: *pattern(name)}
		return of(s.GetFunctions(background, request))
	}
}

func getTables(schema, table string, types ...string) call {
	return func(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
		request := &hiveserver.TGetTablesReq{SessionHandle: s.session, TableTypes: types}
		request.SchemaName, request.TableName = pattern(schema), pattern(table)
		return of(s.GetTables(background, request))
	}
}

func getColumns(table, column string) call {
	return func(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
		request := &hiveserver.TGetColumnsReq{SessionHandle: s.session, SchemaName: pattern("default")}
		request.TableName, request.ColumnName = pattern(table), pattern(column)
		return of(s.GetColumns(background, request))
	}
}

func getPrimaryKeys(table string) call {
	return func(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
		request := &hiveserver.TGetPrimaryKeysReq{SessionHandle: s.session}
		request.SchemaName, request.TableName = identifier("default"), identifier(table)
		return of(s.GetPrimaryKeys(background, request))
	}
}

func getCrossReference(s *service) (*hiveserver.TOperationHandle, *hiveserver.TStatus, error) {
	request := &hiveserver.TGetCrossReferenceReq{SessionHandle: s.session}
	request.ParentSchemaName, request.ParentTableName = identifier("default"), identifier(parent)
	request.ForeignSchemaName, request.ForeignTableName = identifier("default"), identifier(child)
	return of(s.GetCrossReference(background, request))
}

// patterns: `%` and `_` are wildcards, a backslash takes that away.
func patterns(s *service) error {
	like := func(old, new string) string { return strings.Replace(parent, old, new, 1) }
	escaped := strings.ReplaceAll(parent, "_", `\_`)
	return errors.Join(
		isExactly("TABLE_NAME", getTables("def%", escaped), parent)(s),
		isExactly("TABLE_NAME", getTables("de_ault", like("parent", "p%")), parent)(s),
		isExactly("TABLE_NAME", getTables("default", like("parent", "par_nt")), parent)(s),
		isExactly("TABLE_NAME", getTables("default", like("parent", `par\_nt`)))(s),
		isExactly("COLUMN_NAME", getColumns(parent, "_1"), "k1")(s),
		isExactly("TABLE_SCHEM", getSchemas("d_fault"), "default")(s),
	)
}

// empty: nothing found is an answer with columns and without rows.
func empty(s *service) error {
	return errors.Join(
		isExactly("TABLE_NAME", getTables("default", "no_such_table"))(s),
		isExactly("TABLE_NAME", getTables("default", "%", "NO SUCH TYPE"))(s),
		isExactly("COLUMN_NAME", getColumns("no_such_table", "%"))(s),
		isExactly("TABLE_SCHEM", getSchemas("no_such_schema"))(s),
		isExactly("FUNCTION_NAME", getFunctions("no_such_function"))(s),
		isExactly("COLUMN_NAME", getPrimaryKeys("no_such_table"))(s),
	)
}

func pattern(text string) *hiveserver.TPatternOrIdentifier {
	if text == "" {
		return nil
	}
	return (*hiveserver.TPatternOrIdentifier)(&text)
}

func identifier(text string) *hiveserver.TIdentifier {
	return (*hiveserver.TIdentifier)(&text)
}

func replace(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
