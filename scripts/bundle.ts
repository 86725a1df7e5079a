// Builds dist/ from src/: tsc first (ncc can't compile with TypeScript 7), then one bundle an entry. Two runs on
// two machines give the same bytes, which CI checks.
import { execFileSync } from "node:child_process";
import { chmodSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
const entries = readdirSync(join(top, "build", "entry")).map((file) => basename(file, ".js"));
for (const name of entries.filter((name) => name !== "hook").sort()) bundle(name);
bundleHook();
writeFileSync(join(out, "licenses.txt"), `${[...licenses].sort().join("\n\n")}\n`);
chmodSync(join(out, "cli", "index.js"), 0o755);

/** Makes `dist/<name>/` of an entry. */
function bundle(name: string): void {
	const dir = join(out, name);
	mkdirSync(dir, { recursive: true });
	const args = [
		"build",
		join("build", "entry", `${name}.js`),
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

/**
 * Makes `dist/hook.js`: one file, which may lie alone, beside a package.json of any type, and is run by the runner with a
 * Node of its own choice (20 in 2026). So nothing in it is loaded later, and it neither imports nor requires.
 */
function bundleHook(): void {
	const build = join(top, "build");
	for (const file of globSync("**/*.js", { cwd: build })) {
		const text = readFileSync(join(build, file), "utf8");
		writeFileSync(join(build, file), text.replace(/\bimport\(/g, 'import(/* webpackMode: "eager" */ '));
	}
	// Without a type ncc writes CommonJS, whose `require` can be given to it.
	writeFileSync(join(build, "package.json"), "{}\n");
	bundle("hook");
	const dir = join(out, "hook");
	const more = readdirSync(dir).filter((name) => name.endsWith(".js") && name !== "index.js");
	if (more.length > 0) throw new Error(`dist/hook.js would need ${more.join(", ")} beside it`);
	const code = readFileSync(join(dir, "index.js"), "utf8");
	const tooOld = "Berth's hook does nothing: it needs Node 20.16 or newer";
	writeFileSync(
		join(out, "hook.js"),
		`if(!process.getBuiltinModule)console.log(${JSON.stringify(tooOld)});else(function(require,module,exports,__dirname,__filename){${code}\n})(process.getBuiltinModule,{exports:{}},{},"","");\n`,
	);
	rmSync(dir, { recursive: true });
}
