/** A release of container-structure-test: one file a platform, each with the SHA-256 that it must have. */
export type Release = {
	readonly version: string;
	/** Where a platform's file is, by the platform's name. */
	readonly urlOf: (platform: string) => string;
	readonly sha256: Readonly<Record<string, string>>;
};

/**
 * The release that Berth downloads where none is given. The hashes are the project's own, from its repositories.bzl
 * (GoogleContainerTools/container-structure-test#529), which names 1.22.0 in the tag v1.22.1, too.
 */
export const pinnedRelease: Release = {
	version: "1.22.0",
	urlOf: (platform) =>
		`https://github.com/GoogleContainerTools/container-structure-test/releases/download/v1.22.0/container-structure-test-${platform}`,
	sha256: {
		"darwin-amd64": "c00051e77651811f6f877331b78c42b215117f7badd357c75688dee92faf4f8d",
		"darwin-arm64": "3843788756b283c2191fda642db993fd05849faf5c4e80fa38841ededf7efd78",
		"linux-amd64": "57cde1abc7a9dda034b173c0812f537c20b8734c1efca069cc2570b5c596ad0d",
		"linux-arm64": "c458dd0903d36e1787fe02ebd609e9a7847f24c9abeb47220250987d51de9bfe",
	},
};

/** A release's name for a machine, as Node tells it: `linux-amd64`. */
export function platformOf(machine: { readonly platform: string; readonly arch: string }): string {
	return `${machine.platform}-${machine.arch === "x64" ? "amd64" : machine.arch}`;
}
