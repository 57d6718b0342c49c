// Prints how many bytes standard input has after Go's gzip at BestSpeed, as registry
// clients compress the layers of an image.
package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"os"
)

type counter int64

func (c *counter) Write(bytes []byte) (int, error) {
	*c += counter(len(bytes))
	return len(bytes), nil
}

func main() {
	var count counter
	writer, err := gzip.NewWriterLevel(&count, gzip.BestSpeed)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.Copy(writer, os.Stdin); err != nil {
		log.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(int64(count))
}
