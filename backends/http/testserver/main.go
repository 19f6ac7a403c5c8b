//go:build !js

// The server of the tests of backends/http: docs/http-protocol.md in Go, rows in memory, and faults on demand.
//
// It serves any number of spaces, each with stores and faults of its own: a client's base URL is
// http://host:port/api/<space>, and a test tells the space what to do at /control/<space>/… (control.go). It prints its
// address on a line of its own and ends when its standard input does, so that it never outlives a test.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	address := flag.String("addr", "127.0.0.1:0", "where to listen")
	alone := flag.Bool("alone", false, "go on after the end of the standard input")
	flag.Parse()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	if !*alone {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	log.Fatal(http.Serve(listener, newServer()))
}
