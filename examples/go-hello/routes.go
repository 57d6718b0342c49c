package main

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

type greeting struct {
	Message string `json:"message"`
}

func routes() http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, greeting{Message: "Hello, world!"})
	})
	r.Get("/hello/{name}", func(w http.ResponseWriter, req *http.Request) {
		writeJSON(w, greeting{Message: "Hello, " + chi.URLParam(req, "name") + "!"})
	})
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	return r
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	// The client may be gone already; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(value)
}
