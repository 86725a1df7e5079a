const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What `parseDuration` reads, in a reader's words. */
export const DURATION_FORM = "a whole number and a unit s, m, h or d, such as 90s, 30m, 6h, 14d";

/** `90s`, `30m`, `6h` or `14d` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
	const match = /^(\d+)([smhd])$/.exec(text);
	if (match === null) return undefined;
	const milliseconds = Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS];
	return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Milliseconds as a duration is written, in the largest unit that needs no fraction: `10m`, `90s`. */
export function durationText(milliseconds: number): string {
	const units = Object.entries(MILLISECONDS).toReversed();
	const [unit, size] = units.find(([, each]) => milliseconds > 0 && milliseconds % each === 0) ?? [
		"s",
		1_000,
	];
	return `${milliseconds / size}${unit}`;
}
