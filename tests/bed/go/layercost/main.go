// What does a cached layer cost in an unchanged build? Measured with the lifecycle's own code.
//
//	layercost LAYER SCRATCH
//
// Does with the folder LAYER what the restorer and the exporter do with a layer that has
// `cache = true` and has not changed, and prints seconds as JSON. SCRATCH must be an empty
// folder. Sources: phase/restorer.go and phase/cache.go of the lifecycle that go.mod names.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/buildpacks/lifecycle/cache"
	"github.com/buildpacks/lifecycle/layers"
	"github.com/buildpacks/lifecycle/log"
)

type costs struct {
	Verify  float64 `json:"verify"`
	Extract float64 `json:"extract"`
	Tar     float64 `json:"tar"`
	Reuse   float64 `json:"reuse"`
	Total   float64 `json:"total"`
	Bytes   int64   `json:"tar_bytes"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: layercost LAYER SCRATCH")
		os.Exit(2)
	}
	result, err := measure(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		os.Exit(1)
	}
}

func measure(layerDir, scratch string) (result costs, err error) {
	logger := log.NewDefaultLogger(io.Discard)
	volume, artifacts := filepath.Join(scratch, "volume"), filepath.Join(scratch, "artifacts")
	for _, dir := range []string{volume, artifacts, filepath.Join(scratch, "restored")} {
		if err = os.Mkdir(dir, 0o755); err != nil {
			return result, err
		}
	}
	// The build before: the layer goes into the cache.
	layer, err := newFactory(artifacts, logger).DirLayer("slugsmith/slugsmith:layer", layerDir, "bench")
	if err != nil {
		return result, err
	}
	before, err := cache.NewVolumeCache(volume, logger)
	if err != nil {
		return result, err
	}
	if err = before.AddLayerFile(layer.TarPath, layer.Digest); err != nil {
		return result, err
	}
	if err = before.Commit(); err != nil {
		return result, err
	}
	info, err := os.Stat(layer.TarPath)
	if err != nil {
		return result, err
	}
	result.Bytes = info.Size()
	volumeCache, err := cache.NewVolumeCache(volume, logger)
	if err != nil {
		return result, err
	}
	// The restorer: the digest is checked, then everything is written.
	result.Verify, err = timed(func() error { return volumeCache.VerifyLayer(layer.Digest) })
	if err != nil {
		return result, err
	}
	result.Extract, err = timed(func() error {
		content, err := volumeCache.RetrieveLayer(layer.Digest)
		if err != nil {
			return err
		}
		defer content.Close()
		return layers.Extract(content, filepath.Join(scratch, "restored"))
	})
	if err != nil {
		return result, err
	}
	// The exporter: a tar is made to learn the digest, the cached one is checked and kept.
	artifacts = filepath.Join(scratch, "artifacts-again")
	if err = os.Mkdir(artifacts, 0o755); err != nil {
		return result, err
	}
	var again layers.Layer
	result.Tar, err = timed(func() (err error) {
		again, err = newFactory(artifacts, logger).DirLayer("slugsmith/slugsmith:layer", layerDir, "bench")
		return err
	})
	if err != nil {
		return result, err
	}
	result.Reuse, err = timed(func() error {
		if err := volumeCache.VerifyLayer(again.Digest); err != nil {
			return err
		}
		return volumeCache.ReuseLayer(again.Digest)
	})
	result.Total = result.Verify + result.Extract + result.Tar + result.Reuse
	return result, err
}

func newFactory(artifacts string, logger log.Logger) *layers.Factory {
	return &layers.Factory{ArtifactsDir: artifacts, UID: 1001, GID: 1000, Logger: logger}
}

func timed(work func() error) (float64, error) {
	begun := time.Now()
	err := work()
	return time.Since(begun).Seconds(), err
}
