// Preloaded into a program, this kills it right before the Nth time that it changes anything on the disk. Calls that
// change a disk in several steps are taken apart, so that it can die in the middle of a tree or of a file, too.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";

const killAt = Number(process.env["KILL_AT"]);
const real = { ...fs };
let changes = 0;

function change<T>(call: () => T): T {
	changes += 1;
	if (changes === killAt) process.kill(process.pid, "SIGKILL");
	return call();
}

function makeDirectories(path: string, mode?: number): void {
	if (real.existsSync(path)) return;
	makeDirectories(dirname(path), mode);
	change(() => real.mkdirSync(path, mode));
}

function removeAll(path: string, options: { recursive?: boolean; force?: boolean } = {}): void {
	const stat = real.lstatSync(path, { throwIfNoEntry: false });
	if (stat === undefined && options.force) return;
	if (stat?.isDirectory() && options.recursive) {
		for (const entry of real.readdirSync(path)) removeAll(join(path, entry), options);
		change(() => real.rmdirSync(path));
	} else change(() => real.rmSync(path, options));
}

function writeTorn(file: number, data: string | Uint8Array): number {
	const bytes = Buffer.from(data);
	const half = bytes.length >> 1;
	change(() => real.writeSync(file, bytes, 0, half));
	change(() => real.writeSync(file, bytes, half));
	return bytes.length;
}

Object.assign(fs, {
	openSync: (path: string, flags: number | string, mode?: number) =>
		flags === "r" || (typeof flags === "number" && (flags & 3) === real.constants.O_RDONLY)
			? real.openSync(path, flags, mode)
			: change(() => real.openSync(path, flags, mode)),
	writeSync: writeTorn,
	writeFileSync(path: string, data: string | Uint8Array, { flag = "w", mode = 0o666 } = {}) {
		const file = change(() => real.openSync(path, flag, mode));
		writeTorn(file, data);
		real.closeSync(file);
	},
	mkdirSync: (path: string, { recursive = false, mode = 0o777 } = {}) =>
		recursive ? makeDirectories(path, mode) : change(() => real.mkdirSync(path, mode)),
	rmSync: removeAll,
	rmdirSync: (path: string) => change(() => real.rmdirSync(path)),
	unlinkSync: (path: string) => change(() => real.unlinkSync(path)),
	renameSync: (from: string, to: string) => change(() => real.renameSync(from, to)),
	linkSync: (from: string, to: string) => change(() => real.linkSync(from, to)),
	copyFileSync: (from: string, to: string, mode?: number) => change(() => real.copyFileSync(from, to, mode)),
	utimesSync: (path: string, atime: Date, mtime: Date) => change(() => real.utimesSync(path, atime, mtime)),
});
syncBuiltinESMExports();
