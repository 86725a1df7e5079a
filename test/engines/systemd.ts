import { delimiter, join } from "node:path";
import { type CommandResult, run } from "../../src/throwaway/command.ts";
import { unpackPackages } from "../../src/throwaway/debian-packages.ts";

// systemd's own, and those of its libraries that a bare Debian 12 hasn't got.
const names = [
	"systemd",
	"libsystemd-shared",
	"libapparmor1",
	"libip4tc2",
	"libkmod2",
	"libseccomp2",
	"libssl3",
];
const libraries = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/systemd"];

/** What `systemd-analyze verify` says of unit files; it knows systemd's own units, on a machine without any, too. */
export async function verifyUnits(dir: string, files: readonly string[]): Promise<CommandResult> {
	const packages = await unpackPackages({ suite: "bookworm", names });
	if (!packages.ok) throw new Error(`no systemd to verify units with: ${packages.message}`);
	const within = (paths: readonly string[]) => paths.map((path) => join(packages.root, path)).join(delimiter);
	const env = {
		...process.env,
		LD_LIBRARY_PATH: within(libraries),
		SYSTEMD_UNIT_PATH: within(["lib/systemd/system"]),
	};
	const args = ["verify", "--man=no", ...files.map((file) => join(dir, file))];
	return run(join(packages.root, "usr/bin/systemd-analyze"), args, { env });
}
