/** What `berth --help` prints. */
export const usage = `Usage: berth COMMAND [flags]

Commands:
  load IMAGE[=REFERENCE]…
                        puts OCI layouts, OCI archives and docker archives into the engine, sending only
                        the layers that it lacks; IMAGE may be a glob
  test IMAGE… --config FILE…
                        runs container-structure-test's configs against images in the engine; FILE may be a
                        glob, and --config is given once for each
  clean                 removes what is Berth's to remove: image names under the prefixes, what killed tests
                        and jobs left, old berths, and what is over the bounds given
  du                    shows what there is to remove, and what it takes; removes nothing
  demo                  builds a sample twice and shows what the second run reused

Flags:
  --docker-host HOST    the engine to use; else the one that docker uses
  --cache-root DIR      where the berths lie; the demo's are removed when it ends, unless this is given
  --json                nothing but JSON on standard output
  --help                this text

Flags of test:
  --config FILE         a config of structure tests, YAML or JSON
  --structure-test FILE the container-structure-test to use; else the one on PATH, else a pinned release
  --timeout DURATION    how long one config may take with one image; 10m unless given
  --platform PLATFORM   the platform to run the images as
  --report FILE         where to write JUnit XML

Flags of clean:
  --dry-run             says what would be removed, and removes nothing
  --prefixes PREFIX     image names that may go, given once for each prefix; cst.oci.local unless given.
                        The one flag of these that du takes, too
  --min-age DURATION    how long a name must have been seen before it goes; 0s unless given
  --keep-images GLOB    image names that stay, given once for each glob
  --cache-max-age DURATION
                        berths that were not used for so long go; 14d unless given
  --cache-max-size SIZE over it the least recently used berths go
  --build-cache-max-used SIZE, --build-cache-min-free SIZE
                        what BuildKit's cache may take, and what of the disk it must leave free
  --high-watermark SIZE, --low-watermark SIZE
                        above the one in use of the engine's disk, removes the least recently used until the
                        other is reached
  --no-orphans          leaves alone what killed tests and jobs left

A DURATION reads 90s, 30m, 6h or 14d, a SIZE 20GB, 500MiB or 10% (of the disk).

Exit code: 0 done, 1 failed, 2 bad usage.`;
