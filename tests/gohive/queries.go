package main

import (
	"errors"
	"fmt"

	"github.com/beltran/gohive"
)

const manyRowsCount = 100_000

var queryChecks = map[string]check{
	"select-1": connected(func(_ target, connection *gohive.Connection) error {
		return isUsable(connection)
	}),
	"typed-row":               connected(typedRow),
	"null-row":                connected(nullRow),
	"result-metadata":         connected(resultMetadata),
	"rows-100k":               manyRows(gohive.DEFAULT_FETCH_SIZE),
	"rows-100k-small-fetches": manyRows(97),
	"rows-100k-large-fetches": manyRows(30_000),
	"empty-result":            connected(emptyResult),
	"interleaved":             interleaved,
	"unicode":                 connected(unicode),
	"quotes":                  connected(quotes),
	"binary":                  connected(binary),
	"statement-without-rows":  connected(statementWithoutRows),
}

// The names of the dialect's typed row, and gohive's words for the types.
var typedColumns = [][]string{
	{"c_boolean", "BOOLEAN_TYPE"},
	{"c_tinyint", "TINYINT_TYPE"},
	{"c_smallint", "SMALLINT_TYPE"},
	{"c_int", "INT_TYPE"},
	{"c_bigint", "BIGINT_TYPE"},
	{"c_float", "FLOAT_TYPE"},
	{"c_double", "DOUBLE_TYPE"},
	{"c_decimal", "DECIMAL_TYPE"},
	{"c_string", "STRING_TYPE"},
	{"c_date", "DATE_TYPE"},
	{"c_timestamp", "TIMESTAMP_TYPE"},
	{"c_binary", "BINARY_TYPE"},
}

var typedValues = map[string]any{
	"c_boolean":   true,
	"c_tinyint":   int8(-128),
	"c_smallint":  int16(32767),
	"c_int":       int32(-2147483648),
	"c_bigint":    int64(9223372036854775807),
	"c_float":     1.5,
	"c_double":    -2.5e100,
	"c_decimal":   "-12345678.90",
	"c_string":    "senbon",
	"c_date":      "1969-12-31",
	"c_timestamp": "2024-02-29 12:34:56.789123",
	"c_binary":    []byte{0x00, 0xff, 0x41},
}

func typedRow(t target, connection *gohive.Connection) error {
	return gives(connection, t.sql["typedRow"], typedValues)
}

// gohive has two ways to read a row; NULL is nil in both.
func nullRow(t target, connection *gohive.Connection) error {
	nulls := map[string]any{}
	for name := range typedValues {
		nulls[name] = nil
	}
	if err := gives(connection, t.sql["nullRow"], nulls); err != nil {
		return err
	}
	cursor := connection.Cursor()
	if cursor.Exec(background, t.sql["nullRow"]); cursor.Err != nil {
		return cursor.Err
	}
	truth, tiny, small, number, big := new(bool), new(int8), new(int16), new(int32), new(int64)
	float, double := new(float64), new(float64)
	decimal, text, date, timestamp := new(string), new(string), new(string), new(string)
	bytes := []byte("before")
	cursor.FetchOne(background, &truth, &tiny, &small, &number, &big, &float, &double, &decimal, &text, &date, &timestamp, &bytes)
	if cursor.Err != nil {
		return cursor.Err
	}
	if truth != nil || tiny != nil || small != nil || number != nil || big != nil || float != nil || double != nil {
		return errors.New("a number is not nil")
	}
	if decimal != nil || text != nil || date != nil || timestamp != nil || bytes != nil {
		return errors.New("a text is not nil")
	}
	cursor.Close()
	return cursor.Err
}

func resultMetadata(t target, connection *gohive.Connection) error {
	cursor := connection.Cursor()
	if cursor.Exec(background, t.sql["typedRow"]); cursor.Err != nil {
		return cursor.Err
	}
	if err := equal(typedColumns, cursor.Description(), "columns"); err != nil {
		return err
	}
	cursor.Close()
	return cursor.Err
}

func manyRows(size int64) check {
	return func(t target) error {
		connection, err := t.open(fetchSize(size))
		if err != nil {
			return err
		}
		return errors.Join(readManyRows(t, connection), connection.Close())
	}
}

func readManyRows(t target, connection *gohive.Connection) error {
	cursor := connection.Cursor()
	if cursor.Exec(background, t.sql["manyRows"]); cursor.Err != nil {
		return cursor.Err
	}
	count := int64(0)
	for ; cursor.HasMore(background); count++ {
		if err := nextIs(cursor, count); err != nil {
			return err
		}
	}
	if cursor.Err != nil {
		return cursor.Err
	}
	cursor.Close()
	return equal(int64(manyRowsCount), count, "rows")
}

func nextIs(cursor *gohive.Cursor, at int64) error {
	var number int64
	var text string
	if cursor.FetchOne(background, &number, &text); cursor.Err != nil {
		return cursor.Err
	}
	if number != at || text != fmt.Sprintf("row %d", at) {
		return fmt.Errorf("row %d is %d, %q", at, number, text)
	}
	return nil
}

func emptyResult(t target, connection *gohive.Connection) error {
	cursor := connection.Cursor()
	if cursor.Exec(background, t.sql["emptyResult"]); cursor.Err != nil {
		return cursor.Err
	}
	if cursor.HasMore(background) || cursor.Err != nil {
		return fmt.Errorf("it has rows, or fails: %v", cursor.Err)
	}
	if err := equal([][]string{{"n", "INT_TYPE"}}, cursor.Description(), "columns"); err != nil {
		return err
	}
	cursor.Close()
	return cursor.Err
}

// interleaved reads two results in turns, ten rows a fetch.
func interleaved(t target) error {
	connection, err := t.open(fetchSize(10))
	if err != nil {
		return err
	}
	first, second := connection.Cursor(), connection.Cursor()
	for _, cursor := range []*gohive.Cursor{first, second} {
		if cursor.Exec(background, t.sql["manyRows"]); cursor.Err != nil {
			return cursor.Err
		}
	}
	for at := range int64(200) {
		if err := errors.Join(nextIs(first, at), nextIs(second, at)); err != nil {
			return err
		}
	}
	first.Close()
	if err := nextIs(second, 200); err != nil {
		return fmt.Errorf("the second reads on when the first is closed: %w", err)
	}
	second.Close()
	return errors.Join(first.Err, second.Err, connection.Close())
}

func unicode(_ target, connection *gohive.Connection) error {
	wanted := "Žluťoučký kůň, 千本鳥居 🦊 e\u0301, \"quoted\""
	sql := fmt.Sprintf("SELECT '%s' AS s, length('千本🦊') AS n", wanted)
	return gives(connection, sql, map[string]any{"s": wanted, "n": int64(3)})
}

func quotes(_ target, connection *gohive.Connection) error {
	sql := `SELECT 'it''s' AS a, '"' AS b, ';' AS c, '-- no comment' AS d, '' AS e /* ; ' */ -- '`
	wanted := map[string]any{"a": "it's", "b": `"`, "c": ";", "d": "-- no comment", "e": ""}
	return gives(connection, sql, wanted)
}

func binary(t target, connection *gohive.Connection) error {
	all := make([]byte, 256)
	for at := range all {
		all[at] = byte(at)
	}
	found, err := rows(connection, t.sql["allBytes"])
	if err != nil {
		return err
	}
	for _, value := range found[0] {
		if err := equal(all, value, "all bytes"); err != nil {
			return err
		}
	}
	sql := "SELECT unhex('') AS a, unhex(NULL) AS b"
	return gives(connection, sql, map[string]any{"a": []byte{}, "b": nil})
}

// gohive fetches from whatever claims to have a result set, and panics when that has no columns.
func statementWithoutRows(_ target, connection *gohive.Connection) error {
	cursor := connection.Cursor()
	if cursor.Exec(background, "USE `default`"); cursor.Err != nil {
		return cursor.Err
	}
	cursor.Close()
	return errors.Join(cursor.Err, isUsable(connection))
}
