package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"

	"github.com/beltran/gohive"
)

var background = context.Background()

// target says where a check connects. Each check opens connections of its own.
type target struct {
	transport string
	host      string
	port      int
	user      string
	sql       map[string]string
}

func (t target) open(settings ...func(*gohive.ConnectConfiguration)) (*gohive.Connection, error) {
	configuration := gohive.NewConnectConfiguration()
	configuration.Username, configuration.Password = t.user, "x"
	// The default waits for 200 ms between two looks at a statement.
	configuration.PollIntervalInMillis = 20
	for _, set := range settings {
		set(configuration)
	}
	switch t.transport {
	case "binary":
		return gohive.Connect(t.host, t.port, "NONE", configuration)
	case "nosasl":
		return gohive.Connect(t.host, t.port, "NOSASL", configuration)
	case "http":
		configuration.TransportMode = "http"
		return gohive.Connect(t.host, t.port, "NONE", configuration)
	case "zooKeeper":
		configuration.ZookeeperNamespace = "kyuubi"
		return gohive.ConnectZookeeper(fmt.Sprintf("%s:%d", t.host, t.port), "NONE", configuration)
	}
	return nil, fmt.Errorf("no transport %q", t.transport)
}

func fetchSize(rows int64) func(*gohive.ConnectConfiguration) {
	return func(configuration *gohive.ConnectConfiguration) { configuration.FetchSize = rows }
}

// connected makes a check of what needs a connection of its own.
func connected(use func(t target, connection *gohive.Connection) error) check {
	return func(t target) error {
		connection, err := t.open()
		if err != nil {
			return err
		}
		return errors.Join(use(t, connection), connection.Close())
	}
}

// run executes statements, one after the other, and wants no rows of them.
func run(connection *gohive.Connection, statements ...string) error {
	cursor := connection.Cursor()
	for _, sql := range statements {
		if cursor.Exec(background, sql); cursor.Err != nil {
			return fmt.Errorf("%s: %w", sql, cursor.Err)
		}
	}
	cursor.Close()
	return cursor.Err
}

// rows are all rows of a statement, by column name.
func rows(connection *gohive.Connection, sql string) ([]map[string]any, error) {
	cursor := connection.Cursor()
	if cursor.Exec(background, sql); cursor.Err != nil {
		return nil, fmt.Errorf("%s: %w", sql, cursor.Err)
	}
	found := []map[string]any{}
	for cursor.HasMore(background) {
		row := cursor.RowMap(background)
		if cursor.Err != nil {
			return nil, fmt.Errorf("%s: %w", sql, cursor.Err)
		}
		found = append(found, row)
	}
	if cursor.Err != nil {
		return nil, cursor.Err
	}
	cursor.Close()
	return found, cursor.Err
}

// gives wants exactly one row of a statement.
func gives(connection *gohive.Connection, sql string, wanted map[string]any) error {
	found, err := rows(connection, sql)
	if err != nil {
		return err
	}
	return equal([]map[string]any{wanted}, found, sql)
}

func isUsable(connection *gohive.Connection) error {
	return gives(connection, "SELECT 1 AS n", map[string]any{"n": int32(1)})
}

func equal(wanted, got any, what string) error {
	if reflect.DeepEqual(wanted, got) {
		return nil
	}
	return fmt.Errorf("%s: wanted %#v, got %#v", what, wanted, got)
}

// ownName is of this run alone: other runs may share the engine.
func ownName(name string) string {
	return fmt.Sprintf("checks_%s_%d", name, os.Getpid())
}
