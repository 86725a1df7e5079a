// Builds dist/ from src/: tsc first (ncc can't compile with TypeScript 7), then one bundle an entry. Two runs on
// two machines give the same bytes, which CI checks.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => join(top, "node_modules", ".bin", name);
const out = join(top, "dist");

rmSync(join(top, "build"), { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
execFileSync(bin("tsc"), ["--project", "tsconfig.build.json"], { cwd: top, stdio: "inherit" });
// ncc reads the nearest package.json to learn that its input is ESM.
writeFileSync(join(top, "build", "package.json"), '{"type":"module"}\n');

const licenses = new Set<string>();
for (const entry of readdirSync(join(top, "build", "entry")).sort()) {
	const name = basename(entry, ".js");
	const dir = join(out, name);
	mkdirSync(dir, { recursive: true });
	const args = [
		"build",
		join("build", "entry", entry),
		"--out",
		dir,
		"--minify",
		"--license",
		"licenses.txt",
		"--no-cache",
		"--quiet",
	];
	execFileSync(bin("ncc"), args, { cwd: top, stdio: ["ignore", "ignore", "inherit"] });
	const file = join(dir, "licenses.txt");
	for (const license of readFileSync(file, "utf8").split(
		/\n\n(?=\S+\n(?:MIT|ISC|Apache|BSD|0BSD|BlueOak|\())/,
	))
		licenses.add(license.trim());
	rmSync(file);
}
writeFileSync(join(out, "licenses.txt"), `${[...licenses].sort().join("\n\n")}\n`);
chmodSync(join(out, "cli", "index.js"), 0o755);
