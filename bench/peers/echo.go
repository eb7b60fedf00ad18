// The usual Go server: a goroutine per connection, bufio on both sides, flushed when nothing more
// is waiting to be read. It answers the harness like the others do: "cpu" on standard input gets
// the microseconds of processor time used so far.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"syscall"
)

func serve(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 64*1024)
	writer := bufio.NewWriterSize(connection, 64*1024)
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return
		}
		if _, err = writer.Write(bytes.ToUpper(line)); err != nil {
			return
		}
		if reader.Buffered() == 0 || bytes.IndexByte(peekBuffered(reader), '\n') < 0 {
			if err = writer.Flush(); err != nil {
				return
			}
		}
	}
}

func peekBuffered(reader *bufio.Reader) []byte {
	waiting, _ := reader.Peek(reader.Buffered())
	return waiting
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection)
		}
	}()
	fmt.Printf("{\"value\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		var usage syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
		fmt.Printf("{\"value\":%d}\n", (usage.Utime.Sec+usage.Stime.Sec)*1000000+
			usage.Utime.Usec+usage.Stime.Usec)
	}
}
