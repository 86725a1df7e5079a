import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Mount points at or under `dir` in the text of a mountinfo file, the last mounted first. */
export function mountPointsUnder(dir: string, mountinfo: string): string[] {
	return mountinfo
		.split("\n")
		.map((line) => unescapeOctal(line.split(" ")[4] ?? ""))
		.filter((point) => point === dir || point.startsWith(`${dir}/`))
		.reverse();
}

/** Unmounts everything at or under `dir`; returns what is mounted there still. */
export function unmountUnder(dir: string, busybox: string): string[] {
	for (const point of mountPointsHere(dir)) {
		// Lazily: a process that was just killed may hold it for a moment longer.
		spawnSync(busybox, ["umount", "-l", point], { stdio: "ignore" });
	}
	return mountPointsHere(dir);
}

function mountPointsHere(dir: string): string[] {
	return mountPointsUnder(dir, readFileSync("/proc/self/mountinfo", "utf8"));
}

function unescapeOctal(field: string): string {
	return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
}
