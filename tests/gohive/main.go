// The checks of gohive: runs the named ones, one after the other, and prints one JSON line for each.
//
//	gohive TRANSPORT HOST PORT USER CHECK...    TRANSPORT is binary, nosasl, http or zooKeeper
//
// Standard input: the statements of the engine's dialect, one JSON object.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"strconv"
	"time"
)

const checkTimeout = 120 * time.Second

type check func(t target) error

type line struct {
	Check string `json:"check"`
	Ok    bool   `json:"ok"`
	Ms    int64  `json:"ms"`
	Error string `json:"error,omitempty"`
}

func main() {
	transport, host, user := os.Args[1], os.Args[2], os.Args[4]
	port, err := strconv.Atoi(os.Args[3])
	if err != nil {
		panic(err)
	}
	t := target{transport: transport, host: host, port: port, user: user}
	if err := json.NewDecoder(os.Stdin).Decode(&t.sql); err != nil {
		panic(err)
	}
	checks := map[string]check{}
	for _, group := range []map[string]check{queryChecks, sessionChecks, failureChecks, metadataChecks} {
		maps.Copy(checks, group)
	}
	for _, name := range os.Args[5:] {
		started := time.Now()
		failure := failureOf(checks[name], t)
		result, _ := json.Marshal(line{name, failure == "", time.Since(started).Milliseconds(), failure})
		fmt.Println(string(result))
	}
}

// failureOf is empty when the check passes; gohive panics on replies that it did not expect.
func failureOf(run check, t target) string {
	if run == nil {
		return "no such check"
	}
	ended := make(chan string, 1)
	go func() {
		defer func() {
			if problem := recover(); problem != nil {
				ended <- fmt.Sprintf("panic: %v\n%s", problem, debug.Stack())
			}
		}()
		if err := run(t); err != nil {
			ended <- err.Error()
			return
		}
		ended <- ""
	}()
	select {
	case failure := <-ended:
		return failure
	case <-time.After(checkTimeout):
		return fmt.Sprintf("not done after %v", checkTimeout)
	}
}
