// Package ring holds a ring buffer.
package ring

import "errors"

const size = 16

// ErrFull says that nothing more fits.
var ErrFull = errors.New("full")

// Buffer is a ring of bytes.
type Buffer struct {
	data [size]byte
	n    int
}

// Writer takes bytes.
type Writer interface {
	Write(p []byte) (int, error)
}

// New returns an empty buffer.
func New() *Buffer {
	return &Buffer{}
}

// Write appends p,
// or returns ErrFull.
func (b *Buffer) Write(p []byte) (int, error) {
	if b.n+len(p) > size {
		return 0, ErrFull
	}
	b.n += copy(b.data[b.n:], p)
	return len(p), nil
}

func (s Set[T]) Len() int { return len(s.items) }
