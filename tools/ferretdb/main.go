// A server for tests that speaks MongoDB's protocol: FerretDB with its SQLite back end, in one process.
//
//	ferretdb ADDRESS FOLDER
//
// listens on ADDRESS (host:port; port 0 takes a free one), says where, and keeps each database as a file in FOLDER,
// until it is ended.
//
// FerretDB reads, changes and writes a document in three steps; two clients that update the same one at a time would
// overwrite each other, which no MongoDB server does. So one command is let through after the other.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

const headerLength = 16

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: ferretdb ADDRESS FOLDER")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "ferretdb:", err)
		os.Exit(1)
	}
}

func serve(address, folder string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	socket := filepath.Join(folder, "ferretdb.sock")
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{Unix: socket},
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:  "sqlite",
		// A test's database ends with it: nothing has to be flushed to the disk.
		SQLiteURL: "file:" + folder + "/?_pragma=synchronous(off)&_pragma=journal_mode(wal)",
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go accept(listener, socket)
	return server.Run(ctx)
}

func accept(listener net.Listener, socket string) {
	var oneAtATime sync.Mutex
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go forward(client, socket, &oneAtATime)
	}
}

// forward passes a client's commands on, each with its answer before the next one of anybody.
func forward(client net.Conn, socket string, oneAtATime *sync.Mutex) {
	defer client.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer server.Close()
	for {
		command, err := message(client)
		if err != nil {
			return
		}
		answer, err := ask(server, command, oneAtATime)
		if err != nil {
			return
		}
		if _, err = client.Write(answer); err != nil {
			return
		}
	}
}

func ask(server net.Conn, command []byte, oneAtATime *sync.Mutex) ([]byte, error) {
	if !isGreeting(command) {
		oneAtATime.Lock()
		defer oneAtATime.Unlock()
	}
	if _, err := server.Write(command); err != nil {
		return nil, err
	}
	return message(server)
}

// isGreeting tells of drivers' questions whether the server is alive: behind a long command an answer would come too late.
func isGreeting(command []byte) bool {
	const nameAt = 26 // behind the header, the flags, the section's kind, the document's length and the first value's type
	return len(command) > nameAt && bytes.HasPrefix(command[nameAt:], []byte("hello\x00"))
}

// message reads one message of the wire protocol; its first four bytes are its length.
func message(from io.Reader) ([]byte, error) {
	header := make([]byte, headerLength)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(header)
	if length < headerLength {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	whole := make([]byte, length)
	copy(whole, header)
	_, err := io.ReadFull(from, whole[headerLength:])
	return whole, err
}
