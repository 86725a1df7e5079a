import { readFile } from "node:fs/promises";
import { run } from "./command.ts";

/** A network as addresses from `first` under `mask`, both unsigned 32-bit numbers. */
export interface Network {
	readonly first: number;
	readonly mask: number;
}

const attempts = 50;

/**
 * Makes a bridge with a subnet that no route of this machine touches; resolves with what went wrong, if
 * anything did. `busybox` stands in for iproute2, which a minimal machine lacks.
 */
export async function addBridge(busybox: string, name: string): Promise<string | undefined> {
	const address = freeAddress(parseRoutes(await readFile("/proc/net/route", "utf8")), Math.random);
	if (address === undefined) return "no free subnet for the engine's bridge";
	const steps = [
		["link", "add", "name", name, "type", "bridge"],
		["addr", "add", `${address}/24`, "dev", name],
		["link", "set", name, "up"],
	];
	for (const step of steps) {
		const done = await run(busybox, ["ip", ...step]);
		if (done.code !== 0) return `ip ${step.join(" ")} failed: ${done.stderr.trim()}`;
	}
	return undefined;
}

/** The networks in the text of /proc/net/route, but for the default route. */
export function parseRoutes(text: string): Network[] {
	return text
		.trim()
		.split("\n")
		.slice(1)
		.map((line) => line.split(/\s+/))
		.map((fields) => ({ first: hostOrder(fields[1]), mask: hostOrder(fields[7]) }))
		.filter(({ mask }) => mask !== 0);
}

/** The first address of a random 10.x.y.0/24 that overlaps none of `routes`. */
export function freeAddress(routes: readonly Network[], random: () => number): string | undefined {
	for (let attempt = 0; attempt < attempts; attempt++) {
		// The upper half: the lower is where people number their own networks.
		const second = 128 + Math.floor(random() * 128);
		const third = Math.floor(random() * 256);
		const subnet = { first: ((10 << 24) | (second << 16) | (third << 8)) >>> 0, mask: 0xffffff00 };
		if (!routes.some((route) => overlap(route, subnet))) return `10.${second}.${third}.1`;
	}
	return undefined;
}

function overlap(a: Network, b: Network): boolean {
	const common = a.mask & b.mask;
	return (a.first & common) === (b.first & common);
}

/** The kernel prints addresses as the machine's little-endian words. */
function hostOrder(hex: string | undefined): number {
	return Buffer.from(hex ?? "", "hex")
		.reverse()
		.reduce((value, byte) => value * 256 + byte, 0);
}
