package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/beltran/gohive"
	"github.com/beltran/gohive/hiveserver"
)

const (
	// Long enough for a statement to run on the engine, not only to be on its way there.
	beforeCancel       = time.Second
	cancelTakesEffect  = 3 * time.Second
	idleConnectionTime = 30 * time.Second
)

var failureChecks = map[string]check{
	"syntax-error":    failsWith42("syntaxError"),
	"unknown-table":   failsWith42("unknownTable"),
	"cancel":          connected(cancelByContext),
	"cancel-async":    connected(cancelAsync),
	"query-timeout":   connected(queryTimeout),
	"deadline":        connected(deadline),
	"operation-log":   connected(operationLog),
	"idle-connection": idleConnection,
}

var sqlState42 = regexp.MustCompile(`(?m)^42[0-9A-Z]{3}: .`)

// failsWith42: gohive shows the text alone; the SQLSTATE stands in the operation's log.
func failsWith42(key string) check {
	return connected(func(t target, connection *gohive.Connection) error {
		cursor := connection.Cursor()
		cursor.Exec(background, t.sql[key])
		if cursor.Err == nil || len(cursor.Err.Error()) <= 10 {
			return fmt.Errorf("an error with a text: got %v", cursor.Err)
		}
		log := strings.Join(cursor.FetchLogs(), "\n")
		if !sqlState42.MatchString(log) {
			return fmt.Errorf("no SQLSTATE of class 42 in %q", log)
		}
		cursor.Close()
		return isUsable(connection)
	})
}

// cancelByContext is gohive's way to cancel from another goroutine: two of them may not use a connection at once.
func cancelByContext(t target, connection *gohive.Connection) error {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	ended := make(chan error, 1)
	cursor := connection.Cursor()
	go func() {
		cursor.Exec(ctx, t.sql["slow"])
		ended <- cursor.Err
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("the statement ended by itself: %w", err)
	case <-time.After(beforeCancel):
	}
	started := time.Now()
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "Context was done") {
		return fmt.Errorf("the cancelled statement: %v", err)
	}
	if took := time.Since(started); took > cancelTakesEffect {
		return fmt.Errorf("cancel took %v", took)
	}
	return isUsable(connection)
}

func cancelAsync(t target, connection *gohive.Connection) error {
	cursor := connection.Cursor()
	if cursor.Execute(background, t.sql["slow"], true); cursor.Err != nil {
		return cursor.Err
	}
	time.Sleep(beforeCancel)
	if err := stateIs(cursor, hiveserver.TOperationState_RUNNING_STATE); err != nil {
		return err
	}
	if cursor.Cancel(); cursor.Err != nil {
		return cursor.Err
	}
	started := time.Now()
	for !cursor.Finished() {
		if time.Since(started) > cancelTakesEffect {
			return errors.New("cancel takes no effect")
		}
	}
	if err := stateIs(cursor, hiveserver.TOperationState_CANCELED_STATE); err != nil {
		return err
	}
	cursor.Close()
	return isUsable(connection)
}

func stateIs(cursor *gohive.Cursor, wanted hiveserver.TOperationState) error {
	status := cursor.Poll(false)
	if cursor.Err != nil {
		return cursor.Err
	}
	return equal(wanted, *status.OperationState, "state")
}

// queryTimeout: gohive sends none with a statement, so the session's own setting ends it.
func queryTimeout(t target, connection *gohive.Connection) error {
	if err := run(connection, "SET kyuubi.operation.query.timeout=PT1S"); err != nil {
		return err
	}
	cursor := connection.Cursor()
	cursor.Exec(background, t.sql["slow"])
	if cursor.Err == nil || !strings.Contains(cursor.Err.Error(), "timed out") {
		return fmt.Errorf("an error that says so: got %v", cursor.Err)
	}
	cursor.Close()
	return isUsable(connection)
}

// deadline ends a statement from this side: gohive cancels it when the context is over.
func deadline(t target, connection *gohive.Connection) error {
	ctx, cancel := context.WithTimeout(background, beforeCancel)
	defer cancel()
	cursor := connection.Cursor()
	cursor.Exec(ctx, t.sql["slow"])
	if cursor.Err == nil || !strings.Contains(cursor.Err.Error(), "Context was done") {
		return fmt.Errorf("the late statement: %v", cursor.Err)
	}
	return isUsable(connection)
}

func operationLog(_ target, connection *gohive.Connection) error {
	logs := make(chan []string, 1000)
	cursor := connection.Cursor()
	cursor.Logs = logs
	if cursor.Exec(background, "SELECT 42 AS n"); cursor.Err != nil {
		return cursor.Err
	}
	close(logs)
	var all []string
	for lines := range logs {
		all = append(all, lines...)
	}
	text := strings.Join(all, "\n")
	if !strings.Contains(text, "SELECT 42 AS n") || strings.Count(text, "FINISHED") != 1 {
		return fmt.Errorf("the log is %q", text)
	}
	cursor.Logs = nil
	cursor.Close()
	return cursor.Err
}

// idleConnection: over HTTP gohive opens a connection first that it never writes to. The gateway closes it after the login
// time-out, and gohive must not mind.
func idleConnection(t target) error {
	var idle net.Conn
	connection, err := t.open(func(configuration *gohive.ConnectConfiguration) {
		configuration.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			dialed, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if idle == nil {
				idle = dialed
			}
			return dialed, err
		}
	})
	if err != nil {
		return err
	}
	if err := idle.SetReadDeadline(time.Now().Add(idleConnectionTime)); err != nil {
		return err
	}
	if _, err := io.ReadAll(idle); err != nil {
		return fmt.Errorf("the gateway did not close the idle connection: %w", err)
	}
	return errors.Join(isUsable(connection), connection.Close())
}
