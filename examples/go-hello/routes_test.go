package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRoutes(t *testing.T) {
	cases := []struct {
		path, body string
		status     int
	}{
		{"/", "{\"message\":\"Hello, world!\"}\n", http.StatusOK},
		{"/hello/Ada", "{\"message\":\"Hello, Ada!\"}\n", http.StatusOK},
		{"/healthz", "", http.StatusNoContent},
		{"/none", "404 page not found\n", http.StatusNotFound},
	}
	for _, c := range cases {
		t.Run(c.path, func(t *testing.T) {
			rec := httptest.NewRecorder()
			routes().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, c.path, nil))
			if rec.Code != c.status || rec.Body.String() != c.body {
				t.Errorf("got %d %q, want %d %q", rec.Code, rec.Body.String(), c.status, c.body)
			}
		})
	}
}
