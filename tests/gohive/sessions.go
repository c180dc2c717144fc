package main

import (
	"errors"
	"fmt"

	"github.com/beltran/gohive"
)

var sessionChecks = map[string]check{
	"session-state":     connected(sessionState),
	"session-isolation": connected(sessionIsolation),
	"session-settings":  sessionSettings,
	"reopen":            reopen,
	"use-after-close":   useAfterClose,
	"connections-20":    connections20,
}

const checksView = "CREATE TEMPORARY VIEW checks_view AS SELECT %d AS n"

func sessionState(_ target, connection *gohive.Connection) error {
	schema := ownName("schema")
	if err := run(connection, "CREATE SCHEMA "+schema, "USE "+schema); err != nil {
		return err
	}
	return errors.Join(
		gives(connection, "SELECT current_schema() AS s", map[string]any{"s": schema}),
		run(connection, "SET checks.level=high", fmt.Sprintf(checksView, 42)),
		gives(connection, "SET checks.level", map[string]any{"key": "checks.level", "value": "high"}),
		gives(connection, "SELECT n FROM checks_view", map[string]any{"n": int32(42)}),
		run(connection, "USE `default`", "DROP SCHEMA "+schema),
	)
}

func sessionIsolation(t target, connection *gohive.Connection) error {
	if err := run(connection, "SET checks.level=high", fmt.Sprintf(checksView, 42)); err != nil {
		return err
	}
	other := connected(func(_ target, other *gohive.Connection) error {
		if _, err := rows(other, "SELECT n FROM checks_view"); err == nil {
			return errors.New("the other session sees the view")
		}
		unset := map[string]any{"key": "checks.level", "value": "<undefined>"}
		return errors.Join(
			gives(other, "SET checks.level", unset),
			run(other, fmt.Sprintf(checksView, 43)),
		)
	})
	return errors.Join(other(t), gives(connection, "SELECT n FROM checks_view", map[string]any{"n": int32(42)}))
}

// sessionSettings opens a session with a database, for which gohive sends a USE, and with settings of its own.
func sessionSettings(t target) error {
	schema := ownName("settings")
	create := connected(func(_ target, connection *gohive.Connection) error {
		return run(connection, "CREATE SCHEMA "+schema)
	})
	if err := create(t); err != nil {
		return err
	}
	connection, err := t.open(func(configuration *gohive.ConnectConfiguration) {
		configuration.Database = schema
		configuration.HiveConfiguration = map[string]string{"checks.level": "high"}
	})
	if err != nil {
		return err
	}
	return errors.Join(
		gives(connection, "SELECT current_schema() AS s", map[string]any{"s": schema}),
		gives(connection, "SET checks.level", map[string]any{"key": "checks.level", "value": "high"}),
		run(connection, "USE `default`", "DROP SCHEMA "+schema),
		connection.Close(),
	)
}

func reopen(t target) error {
	for range 2 {
		if err := queryChecks["select-1"](t); err != nil {
			return err
		}
	}
	return nil
}

func useAfterClose(t target) error {
	connection, err := t.open()
	if err != nil {
		return err
	}
	cursor := connection.Cursor()
	if err := connection.Close(); err != nil {
		return err
	}
	if cursor.Exec(background, "SELECT 1"); cursor.Err == nil {
		return errors.New("a cursor of a closed connection works")
	}
	return reopen(t)
}

func connections20(t target) error {
	failures := make(chan error)
	for at := range int32(20) {
		go func() {
			failures <- connected(func(_ target, connection *gohive.Connection) error {
				return gives(connection, fmt.Sprintf("SELECT %d AS n", at), map[string]any{"n": at})
			})(t)
		}()
	}
	var all []error
	for range 20 {
		all = append(all, <-failures)
	}
	return errors.Join(all...)
}
