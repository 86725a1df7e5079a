/** Seeded damage: the same numbers give the same bytes, so a failure can be had again. */

/** A generator of whole numbers below a bound (Mulberry32). */
export function seeded(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

const odd: readonly unknown[] = [
	...[
		null,
		true,
		0,
		-1,
		1.5,
		2 ** 53,
		1e308,
		"",
		"../..",
		"\n\x1b[2J",
		"sha256:../../etc/passwd",
		[],
		{},
		[[]],
	],
	...[`sha256:${"0".repeat(64)}`, `sha512:${"0".repeat(128)}`, { length: 3 }, "x".repeat(5000)],
	...["unknown", "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.layer.v1.tar"],
];

/** The bytes with a few of them changed, cut out or put in. */
export function withBytesChanged(bytes: Buffer, random: (below: number) => number): Buffer {
	let changed = Buffer.from(bytes);
	for (let times = random(4); times >= 0; times--) {
		const at = random(changed.length + 1);
		const rest = changed.subarray(at + random(3));
		changed = Buffer.concat([changed.subarray(0, at), Buffer.of(random(256)).subarray(random(2)), rest]);
	}
	return changed;
}

/** The JSON with one value anywhere in it replaced, taken out or put in twice. */
export function withFieldChanged(json: Buffer, random: (below: number) => number): Buffer {
	const root: unknown = JSON.parse(json.toString());
	const holders = objectsIn(root);
	const holder = holders[random(holders.length)] ?? {};
	const keys = Object.keys(holder);
	const key = keys[random(keys.length)] ?? "manifests";
	const value = odd[random(odd.length)];
	if (random(5) === 0) delete holder[key];
	else if (Array.isArray(holder) && random(2) === 0) holder.push(holder[Number(key)], value);
	else holder[key] = value;
	return Buffer.from(JSON.stringify(root));
}

function objectsIn(value: unknown): Record<string, unknown>[] {
	if (typeof value !== "object" || value === null) return [];
	return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
}
